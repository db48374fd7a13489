import { z } from 'zod';
import { answerField } from '../../lib/http/answer-field.ts';
import { type DescribedOperation, openApiDocument as documentOf } from '../../lib/http/open-api-document.ts';
import type { OpenApiParameter } from '../../lib/http/open-api-parameters.ts';
import { createSchema, historySchema, listSchema, streamSchema, updateSchema } from './parameters.ts';

/** The API as an OpenAPI 3.1 document; parameters and bodies come from the schemas that the handlers parse with. */
export function openApiDocument(): object {
  return documentOf({
    title: 'kubemirror appconfigs-api',
    description:
      'AppConfigs are rows of the database that become custom resources. Rights are those of the cluster on the custom resource, by the verb that each operation names.',
    refusals: {
      400: 'A parameter or field is not as it should be',
      401: 'No token, or none that is good',
      503: 'Rights or rows cannot be found out now',
    },
    paths: {
      '/appconfigs': {
        get: operation('list', {
          summary: 'AppConfigs, the oldest first',
          query: listSchema,
          answer: z.array(appConfig),
        }),
        post: operation('create', {
          summary: 'A new AppConfig',
          body: createSchema,
          answer: appConfig,
          also: { 409: 'Another AppConfig has this name' },
        }),
      },
      '/appconfigs/{id}': {
        get: operation('get', {
          summary: 'One AppConfig',
          parameters: [idParameter],
          answer: appConfig,
          also: notFound,
        }),
        put: operation('update', {
          summary: 'Changes the fields that are given',
          parameters: [idParameter, ifMatch],
          body: updateSchema,
          answer: appConfig,
          also: changeRefusals,
        }),
        patch: operation('patch', {
          summary: 'The same',
          parameters: [idParameter, ifMatch],
          body: updateSchema,
          answer: appConfig,
          also: changeRefusals,
        }),
        delete: operation('delete', {
          summary: 'Deletes; the row goes when nothing of it is left in the target',
          parameters: [idParameter, ifMatch],
          answer: z.object({ ok: z.literal(true) }),
          also: changeRefusals,
        }),
      },
      '/appconfigs/{id}/render': {
        post: operation('update', {
          summary: 'Asks for a new rendering',
          parameters: [idParameter],
          answer: appConfig,
          also: notFound,
        }),
      },
      '/appconfigs/{id}/history': {
        get: operation('get', {
          summary: 'Generations and what became of them, the newest first',
          parameters: [idParameter],
          query: historySchema,
          answer: z.array(historyEntry),
          also: notFound,
        }),
      },
      '/appconfigs/stream': {
        get: operation('watch', {
          summary: 'Server-sent events named `status`: what becomes of AppConfigs',
          parameters: [lastEventId],
          query: streamSchema,
          answer: streamed,
          mediaType: 'text/event-stream',
        }),
      },
    },
  });
}

const { text, time, uuid, wholeNumber } = answerField;

const fields = {
  name: text,
  repository_url: text,
  branch: text,
  environment: text,
};

const appConfig = z.object({
  id: uuid,
  ...fields,
  created_at: time,
  updated_at: time,
  deleted_at: time.nullable(),
  changed_by: text.nullable(),
  generation: wholeNumber,
  status: z.object({
    phase: z.enum(['pending', 'applied', 'refused', 'failed']),
    observed_generation: wholeNumber.nullable(),
    reason: text.nullable(),
    message: text.nullable(),
    next_retry_at: time.nullable(),
    rendered_at: time.nullable(),
    revision: text.nullable(),
  }),
});

const outcome = z.object({
  phase: z.enum(['pending', 'applied', 'refused', 'failed', 'superseded', 'pruned']),
  reason: text.nullable(),
  message: text.nullable(),
  next_retry_at: time.nullable(),
  outcome_at: time.nullable(),
  revision: text.nullable(),
});

const historyEntry = z.object({
  generation: wholeNumber,
  operation: z.enum(['created', 'updated', 'deleted']),
  ...fields,
  changed_at: time,
  changed_by: text.nullable(),
  status: outcome,
});

const streamed = z.object({
  id: uuid,
  name: text,
  generation: wholeNumber,
  operation: z.enum(['created', 'updated', 'deleted']),
  status: outcome,
});

const idParameter: OpenApiParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', format: 'uuid' },
};
const ifMatch: OpenApiParameter = {
  name: 'If-Match',
  in: 'header',
  schema: { type: 'string' },
  description: 'ETag of the generation that is to be changed; without it the last writer wins',
};
const lastEventId: OpenApiParameter = { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } };
const notFound = { 404: 'No such AppConfig' };
const changeRefusals = {
  ...notFound,
  409: 'Another AppConfig has this name',
  412: 'It has changed since the ETag of If-Match was given',
};

function operation(verb: string, described: DescribedOperation): DescribedOperation {
  return {
    ...described,
    description: `Takes the right to \`${verb}\` the custom resource.`,
    also: {
      403: `The cluster does not let this user \`${verb}\` the custom resource`,
      ...described.also,
    },
  };
}
