import { z } from 'zod';
import { answerField } from '../../lib/http/answer-field.ts';
import {
  type DescribedOperation,
  type DescribedPaths,
  openApiDocument as documentOf,
} from '../../lib/http/open-api-document.ts';
import type { OpenApiParameter } from '../../lib/http/open-api-parameters.ts';
import { presenterRefusals } from '../../lib/http/presenter-refusals.ts';
import { getQuerySchema } from './get-parameters.ts';
import { describedHistory } from './history/described-history.ts';
import { describedKubeApi } from './kube/described-kube-api.ts';
import { listBodySchema, listQuerySchema } from './list-parameters.ts';
import { streamQuerySchema } from './resource-stream.ts';
import { countQuerySchema } from './routes.ts';
import { summaryQuerySchema } from './summarize-resources.ts';

/** The API as an OpenAPI 3.1 document; parameters and bodies come from the schemas that the handlers parse with. */
export function openApiDocument(): object {
  return documentOf({
    title: 'kubemirror resources-presenter',
    description:
      'Objects of the mirrored clusters, also as they were and those that are gone. A caller sees what the cluster lets it list, get or watch. Unknown query parameters are ignored, unknown members of bodies refused. A blank parameter counts as absent.',
    refusals: presenterRefusals,
    paths: { ...rest, ...describedHistory, ...describedKubeApi },
  });
}

const { text, time, uuid, wholeNumber, object } = answerField;

const exact = z.boolean().describe('False where there are more than were counted');

const itemFields = {
  name: text,
  uid: text,
  global_uid: text.describe('`cluster:uid`'),
  namespace: text,
  group: text,
  version: text,
  kind: text,
  resource: text,
  cluster_name: text,
  created_at: time,
  updated_at: time,
  deleted_at: time.optional(),
  composition_id: uuid.optional(),
};

const item = z.strictObject({
  ...itemFields,
  raw: object.describe('The whole object').optional(),
  status_raw: object.nullable().optional(),
});

const envelope = (items: z.ZodType) =>
  z.strictObject({
    count: wholeNumber.describe('Items of this page'),
    items: z.array(items),
    cursor: text.describe('Leads to the next page; absent on the last one').optional(),
  });

const forbidden = { 403: 'The cluster lets this user list nothing of what there is' };

const list: DescribedOperation = {
  summary: 'Objects',
  answer: envelope(item.partial()),
  also: forbidden,
};

const globalUid: OpenApiParameter = {
  name: 'global_uid',
  in: 'path',
  required: true,
  description: '`cluster:uid`',
  schema: { type: 'string' },
};

const rest: DescribedPaths = {
  '/resources': {
    get: { ...list, query: listQuerySchema },
    post: {
      ...list,
      body: listBodySchema,
      also: { ...forbidden, 408: 'The body did not arrive in time', 413: 'The body is too large' },
    },
  },
  '/resources/count': {
    get: {
      summary: 'How many objects there are',
      query: countQuerySchema,
      answer: z.strictObject({ count: wholeNumber, exact }),
      also: forbidden,
    },
  },
  '/resources/summary': {
    get: {
      summary: 'How many objects there are by kind, namespace and so on',
      query: summaryQuerySchema,
      answer: z.strictObject({
        by: text,
        exact,
        items: z.array(z.object({ count: wholeNumber }).catchall(text.nullable())),
      }),
      also: forbidden,
    },
  },
  '/resources/stream': {
    get: {
      summary: 'Server-sent events named `resource`: one per change, in commit order',
      description:
        'A client that comes back with the id of its last frame misses nothing and gets nothing twice; where that is impossible, a frame `resync` says so. A client that took nothing for a second is told so by a frame `slow`, one that took nothing for 30 seconds is cut off. Comments keep the connection alive.',
      query: streamQuerySchema,
      parameters: [
        {
          name: 'Last-Event-ID',
          in: 'header',
          description: 'Continues after this id',
          schema: { type: 'string' },
        },
      ],
      answer: z.strictObject({
        operation: z.enum(['upserted', 'deleted']),
        ...itemFields,
        created_at: time.optional(),
        raw: object.optional(),
      }),
      mediaType: 'text/event-stream',
    },
  },
  '/resources/{global_uid}': {
    get: {
      summary: 'One object, as a list of one',
      query: getQuerySchema,
      parameters: [globalUid],
      answer: envelope(item),
      also: { 404: 'There is no such object, or not for this user' },
    },
  },
};
