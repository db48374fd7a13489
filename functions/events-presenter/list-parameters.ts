import { z } from 'zod';
import { cursorField, fieldsField, flagField, limitField } from '../../lib/core/query-fields.ts';
import { eventParameters } from './event-parameters.ts';

/** Members that an event has in an answer, besides `raw`. */
export const eventFields = [
  'event_id',
  'global_uid',
  'cluster_name',
  'namespace',
  'resource_kind',
  'resource_name',
  'involved_object_uid',
  'event_type',
  'reason',
  'message',
  'composition_id',
  'created_at',
] as const;

const shape = {
  ...eventParameters,
  raw: flagField(true).describe('Whole events in the answer'),
  fields: fieldsField(eventFields, { withPaths: false }).describe(
    'Only these members of each event, such as `reason,message`',
  ),
  limit: limitField({ default: 50, max: 5_000 }).describe('Most events in one answer'),
  cursor: cursorField().describe('Continues after the page that it came with'),
};

/** Parameters of `GET /events`; unknown names are ignored. */
export const listQuerySchema = z.object(shape);

/** The same as the JSON body of `POST /events`; unknown names are refused. */
export const listBodySchema = z.strictObject(shape);

export type ListParameters = z.output<typeof listBodySchema>;
