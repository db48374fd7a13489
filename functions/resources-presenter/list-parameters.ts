import { z } from 'zod';
import {
  cursorField,
  flagField,
  groupsField,
  labelsField,
  limitField,
  listField,
  textField,
  timeField,
  uuidField,
} from '../../lib/core/query-fields.ts';

const sorts = ['resource', 'created_at', 'updated_at', 'global_uid', 'composition_id'] as const;

const shape = {
  group: groupsField().describe('API groups; empty or `core` for the core group'),
  version: textField().describe('API version, such as `v1beta1`'),
  resource: listField().describe('Plural names, such as `panels`'),
  namespace: textField().describe(
    'Namespace; `default` where absent, `*` for all and for cluster-scoped objects',
  ),
  cluster: textField().describe('Cluster'),
  composition_id: uuidField().describe('Composition that the objects belong to'),
  name: textField().describe('Exact name'),
  name_contains: textField().describe('Part of the name, in either case'),
  labels: labelsField().describe('Labels that the objects have, as a JSON object'),
  since: timeField().describe('Stored or changed at or after this time'),
  raw: flagField(false).describe('Whole objects in the answer'),
  status_raw: flagField(false).describe('Statuses in the answer'),
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

/** Refused together, as in the seed stack. */
function oneName(given: { name?: string | undefined; name_contains?: string | undefined }): boolean {
  return given.name === undefined || given.name_contains === undefined;
}
const oneNameProblem = { path: ['name_contains'], error: 'expected either name or name_contains' };

/** Parameters of `GET /resources`; unknown names are ignored. */
export const listQuerySchema = z.object(shape).refine(oneName, oneNameProblem);

/** The same as the JSON body of `POST /resources`; unknown names are refused. */
export const listBodySchema = z.strictObject(shape).refine(oneName, oneNameProblem);

export type ListParameters = z.output<typeof listBodySchema>;
