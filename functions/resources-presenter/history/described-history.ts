import { z } from 'zod';
import { answerField } from '../../../lib/http/answer-field.ts';
import type { DescribedPaths } from '../../../lib/http/open-api-document.ts';
import type { OpenApiParameter } from '../../../lib/http/open-api-parameters.ts';
import {
  historyQuerySchema,
  objectEventsQuerySchema,
  treeQuerySchema,
  versionQuerySchema,
} from './history-parameters.ts';

const { text, time, uuid, wholeNumber, object } = answerField;

const pathParameter = (name: string, description: string): OpenApiParameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});
const globalUid = pathParameter('global_uid', '`cluster:uid`');
const notFound = { 404: 'There is no such object, or not for this user' };

const version = z.strictObject({
  resource_version: text,
  operation: z.enum(['upserted', 'deleted']),
  version: text.describe('API version that it was stored in'),
  observed_at: time,
  recorded_at: time,
  truncated: z.literal(true).describe('The object was too large to be sent').optional(),
  compared_with: text.describe('resourceVersion that the changes start from').optional(),
  changes: z
    .array(object)
    .nullable()
    .describe('JSON Patch (RFC 6902); null where `changes_missing` says why')
    .optional(),
  changes_missing: text.optional(),
  raw: object.optional(),
});

const page = (items: z.ZodType) =>
  z.strictObject({
    count: wholeNumber,
    items: z.array(items),
    cursor: text.describe('Leads to the next page; absent on the last one').optional(),
  });

const node = z.strictObject({
  global_uid: text,
  depth: wholeNumber.describe('Steps from the object: owners below zero, owned above'),
  name: text,
  uid: text,
  namespace: text,
  group: text,
  version: text,
  kind: text,
  resource: text,
  cluster_name: text,
  created_at: time,
  deleted_at: time.optional(),
  owners: z.array(text).describe('Global ids of those owners that are in the list'),
});

const event = z.strictObject({
  event_id: uuid,
  global_uid: text,
  cluster_name: text,
  namespace: text,
  resource_kind: text,
  resource_name: text,
  involved_object_uid: text.optional(),
  event_type: text,
  reason: text.optional(),
  message: text.optional(),
  composition_id: uuid.optional(),
  created_at: time,
  raw: text.optional(),
});

/** What `historyRoutes` serves, for the API description. */
export const describedHistory: DescribedPaths = {
  '/resources/{global_uid}/history': {
    get: {
      summary: 'Stored versions of an object and what changed between them, the newest first',
      parameters: [globalUid],
      query: historyQuerySchema,
      answer: page(version),
      also: notFound,
    },
  },
  '/resources/{global_uid}/history/{resource_version}': {
    get: {
      summary: 'One version of an object',
      parameters: [globalUid, pathParameter('resource_version', 'Its resourceVersion')],
      query: versionQuerySchema,
      answer: version,
      also: { 404: 'There is no such object or version, or not for this user' },
    },
  },
  '/resources/{global_uid}/tree': {
    get: {
      summary: 'Who owns the object and what it owns, the nearest first',
      parameters: [globalUid],
      query: treeQuerySchema,
      answer: z.strictObject({
        root: text,
        count: wholeNumber,
        truncated: z.boolean().describe('There is more than the limits let through'),
        items: z.array(node),
      }),
      also: notFound,
    },
  },
  '/resources/{global_uid}/events': {
    get: {
      summary: 'Events about an object, the newest first',
      parameters: [globalUid],
      query: objectEventsQuerySchema,
      answer: page(event),
      also: notFound,
    },
  },
};
