import { z } from 'zod';
import { answerField } from '../../lib/http/answer-field.ts';
import { type DescribedOperation, openApiDocument as documentOf } from '../../lib/http/open-api-document.ts';
import { presenterRefusals } from '../../lib/http/presenter-refusals.ts';
import { listBodySchema, listQuerySchema } from './list-parameters.ts';
import { notificationQuerySchema } from './open-notifications.ts';
import { countQuerySchema } from './routes.ts';
import { summaryQuerySchema } from './summarize-events.ts';

/** The API as an OpenAPI 3.1 document; parameters and bodies come from the schemas that the handlers parse with. */
export function openApiDocument(): object {
  return documentOf({
    title: 'kubemirror events-presenter',
    description:
      'Kubernetes events of the mirrored clusters, also those that the clusters have forgotten. A caller sees the events of objects that the cluster lets it get, and those of namespaces whose events it may list. Unknown query parameters are ignored, unknown members of bodies refused. A blank parameter counts as absent.',
    refusals: presenterRefusals,
    paths: {
      '/events': {
        get: { ...list, query: listQuerySchema },
        post: { ...list, body: listBodySchema, also: bodyRefusals },
      },
      '/events/count': {
        get: {
          summary: 'How many events there are',
          query: countQuerySchema,
          answer: z.strictObject({ count: wholeNumber, exact: exact }),
        },
      },
      '/events/summary': {
        get: {
          summary: 'How many of the newest events there are by kind, reason and so on',
          query: summaryQuerySchema,
          answer: z.strictObject({
            by: text,
            exact,
            items: z.array(z.object({ count: wholeNumber }).catchall(text.nullable())),
          }),
        },
      },
      '/notifications': {
        get: {
          summary: 'Server-sent events named `krateo`: one per stored version of an event, in commit order',
          description:
            'A client that comes back with the id of its last frame misses nothing and gets nothing twice; where that is impossible, a frame `resync` says so. A client that took nothing for a second is told so by a frame `slow`, one that took nothing for 30 seconds is cut off. Comments keep the connection alive.',
          query: notificationQuerySchema,
          parameters: [
            {
              name: 'Last-Event-ID',
              in: 'header',
              description: 'Continues after this id',
              schema: { type: 'string' },
            },
          ],
          answer: z.strictObject(eventFields),
          mediaType: 'text/event-stream',
        },
      },
    },
  });
}

const { text, time, uuid, wholeNumber } = answerField;

const exact = z.boolean().describe('False where there are more than were counted');

const eventFields = {
  event_id: uuid,
  global_uid: text.describe('`cluster:uid` of the Kubernetes event'),
  cluster_name: text,
  namespace: text,
  resource_kind: text.describe("The involved object's apiVersion and kind, such as `v1.Pod`"),
  resource_name: text,
  involved_object_uid: text.optional(),
  event_type: text,
  reason: text.optional(),
  message: text.optional(),
  composition_id: uuid.optional(),
  created_at: time,
};

const list: DescribedOperation = {
  summary: 'Events, the newest first; of each event its latest version that the question is about',
  answer: z.strictObject({
    resources: z.array(
      z
        .strictObject({ ...eventFields, raw: text.describe('The whole event, as JSON text').optional() })
        .partial(),
    ),
    cursor: text.describe('Leads to the next page; empty on the last one'),
  }),
};

const bodyRefusals = {
  408: 'The body did not arrive in time',
  413: 'The body is too large',
};
