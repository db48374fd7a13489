import { z } from 'zod';
import { cursorField, flagField, limitField, textField } from '../../../lib/core/query-fields.ts';

/** Parameters of `GET /resources/{global_uid}/history`. */
export const historyQuerySchema = z.object({
  raw: flagField(false).describe('Whole objects in the answer'),
  limit: limitField({ default: 20, max: 100 }).describe('Most versions in one answer'),
  cursor: cursorField().describe('Continues after the page that it came with'),
});

export type HistoryParameters = z.output<typeof historyQuerySchema>;

/** Parameters of `GET /resources/{global_uid}/history/{resource_version}`. */
export const versionQuerySchema = z.object({
  compare_with: textField().describe(
    'resourceVersion of another stored version; the changes from it come along',
  ),
});

/** Parameters of `GET /resources/{global_uid}/tree`. */
export const treeQuerySchema = z.object({
  deleted: flagField(false).describe('Objects that were deleted as well'),
  depth: limitField({ default: 10, max: 20 }).describe('Most steps from the object, up or down'),
  limit: limitField({ default: 500, max: 2_000 }).describe('Most objects in the answer'),
});

export type TreeParameters = z.output<typeof treeQuerySchema>;

/** Parameters of `GET /resources/{global_uid}/events`. */
export const objectEventsQuerySchema = z.object({
  raw: flagField(false).describe('Whole events in the answer'),
  limit: limitField({ default: 100, max: 1_000 }).describe('Most events in one answer'),
  cursor: cursorField().describe('Continues after the page that it came with'),
});

export type ObjectEventsParameters = z.output<typeof objectEventsQuerySchema>;
