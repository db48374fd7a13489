import { z } from 'zod';
import {
  groupsField,
  labelSelectorField,
  labelsField,
  listField,
  textField,
  timeField,
  uuidField,
} from '../../lib/core/query-fields.ts';

/** Which objects a question is about: the parameters that lists, counts, summaries and streams share. */
export const resourceParameters = {
  group: groupsField().describe('API groups; empty or `core` for the core group'),
  version: textField().describe('API version, such as `v1beta1`'),
  resource: listField().describe('Plural names, such as `panels`'),
  kind: listField().describe('Kinds, such as `Panel`'),
  namespace: textField().describe(
    'Namespace; `default` where absent, `*` for all and for cluster-scoped objects',
  ),
  cluster: textField().describe('Cluster'),
  composition_id: uuidField().describe('Composition that the objects belong to'),
  name: textField().describe('Exact name'),
  name_contains: textField().describe('Part of the name, in either case'),
  labels: labelsField().describe('Labels that the objects have, as a JSON object'),
  label_selector: labelSelectorField().describe(
    'Label selector with all operators of Kubernetes, such as `app in (a,b),!canary`',
  ),
  since: timeField().describe('Stored or changed at or after this time'),
  deleted: z
    .enum(['false', 'true', 'all'], { error: 'expected false, true or all' })
    .default('false')
    .describe('`true` for objects that were deleted, `all` for both'),
  at: timeField().describe('The state as it was stored at this time'),
};

type Given = {
  readonly name?: string | undefined;
  readonly name_contains?: string | undefined;
  readonly deleted?: string | undefined;
  readonly at?: string | undefined;
};

/** What the parameters cannot say together; refused with the field that is too much. */
export function refuseContradictions<Schema extends z.ZodType<Given>>(schema: Schema): Schema {
  return schema
    .refine((given) => given.name === undefined || given.name_contains === undefined, {
      path: ['name_contains'],
      error: 'expected either name or name_contains',
    })
    .refine((given) => given.at === undefined || given.deleted === 'false', {
      path: ['deleted'],
      error: 'expected either deleted or at: at a time nothing is deleted',
    });
}
