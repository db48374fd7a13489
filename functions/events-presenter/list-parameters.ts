import { z } from 'zod';
import {
  cursorField,
  labelsField,
  limitField,
  textField,
  timeField,
  uuidField,
} from '../../lib/core/query-fields.ts';

const shape = {
  cluster: textField().describe('Cluster'),
  namespace: textField().describe('Namespace of the events'),
  kind: textField().describe('Kind of the involved object: `Pod`, or with its apiVersion `v1.Pod`'),
  name: textField().describe("Part of the involved object's name, in either case"),
  composition_id: uuidField().describe('Composition that the involved objects belong to'),
  labels: labelsField().describe('Labels of the event or of its involved object, as a JSON object'),
  since: timeField().describe('Happened at or after this time'),
  limit: limitField({ default: 50, max: 5_000 }).describe('Most events in one answer'),
  cursor: cursorField().describe('Continues after the page that it came with'),
};

/** Parameters of `GET /events`; unknown names are ignored. */
export const listQuerySchema = z.object(shape);

/** The same as the JSON body of `POST /events`; unknown names are refused. */
export const listBodySchema = z.strictObject(shape);

export type ListParameters = z.output<typeof listBodySchema>;
