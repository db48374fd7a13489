import {
  labelSelectorField,
  labelsField,
  listField,
  textField,
  timeField,
  uuidField,
} from '../../lib/core/query-fields.ts';

/** Which events a question is about: the parameters that lists, counts and summaries share. */
export const eventParameters = {
  cluster: textField().describe('Cluster'),
  namespace: textField().describe('Namespace of the events'),
  kind: listField().describe('Kinds of involved objects: `Pod`, or with their apiVersion `v1.Pod`'),
  name: textField().describe("Part of the involved object's name, in either case"),
  involved_name: textField().describe("The involved object's exact name"),
  involved_uid: textField().describe("The involved object's uid"),
  composition_id: uuidField().describe('Composition that the involved objects belong to'),
  labels: labelsField().describe('Labels of the event or of its involved object, as a JSON object'),
  label_selector: labelSelectorField().describe(
    'Label selector for the involved object, with all operators of Kubernetes, such as `app in (a,b),!canary`; objects that the caller may not get match none',
  ),
  type: listField().describe('Types: `Normal`, `Warning`'),
  reason: listField().describe('Reasons, such as `BackOff`'),
  text: textField().describe('Words of reason or message, or their beginnings; all must be there'),
  since: timeField().describe('Happened at or after this time'),
  until: timeField().describe('Happened at or before this time, and as known then'),
};
