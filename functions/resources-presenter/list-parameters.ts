import { z } from 'zod';
import { cursorField, fieldsField, flagField, limitField } from '../../lib/core/query-fields.ts';
import { refuseContradictions, resourceParameters } from './resource-parameters.ts';

const sorts = ['resource', 'created_at', 'updated_at', 'global_uid', 'composition_id'] as const;

/** Members that an item has; with `raw.` in front, paths into the object. */
export const itemFields = [
  'name',
  'uid',
  'global_uid',
  'namespace',
  'group',
  'version',
  'kind',
  'resource',
  'cluster_name',
  'created_at',
  'updated_at',
  'deleted_at',
  'composition_id',
] as const;

const shape = {
  ...resourceParameters,
  raw: flagField(false).describe('Whole objects in the answer'),
  status_raw: flagField(false).describe('Statuses in the answer'),
  fields: fieldsField(itemFields, { withPaths: true }).describe(
    'Only these members of each item, such as `name,raw.spec.replicas`; a dot inside a name is written `\\.`',
  ),
  sort_by: z
    .enum(sorts, { error: `expected one of ${sorts.join(', ')}` })
    .default('resource')
    .describe('Order of the items'),
  sort_order: z
    .enum(['asc', 'desc'], { error: 'expected asc or desc' })
    .optional()
    .describe('Direction; `desc` by default for times, else `asc`'),
  limit: limitField({ default: 100, max: 5_000 }).describe('Most items in one answer'),
  cursor: cursorField().describe('Continues after the page that it came with'),
};

/** Parameters of `GET /resources`; unknown names are ignored. */
export const listQuerySchema = refuseContradictions(z.object(shape));

/** The same as the JSON body of `POST /resources`; unknown names are refused. */
export const listBodySchema = refuseContradictions(z.strictObject(shape));

export type ListParameters = z.output<typeof listBodySchema>;
