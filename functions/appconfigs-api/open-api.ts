import { z } from 'zod';
import { createSchema, historySchema, listSchema, streamSchema, updateSchema } from './parameters.ts';

/** The API as an OpenAPI 3.1 document; parameters and bodies come from the schemas that the handlers parse with. */
export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'kubemirror appconfigs-api',
      version: '1',
      description:
        'AppConfigs are rows of the database that become custom resources. Rights are those of the cluster on the custom resource, by the verb that each operation names.',
    },
    security: [{ bearer: [] }],
    paths: {
      '/appconfigs': {
        get: operation('list', 'AppConfigs, the oldest first', {
          parameters: queryOf(listSchema),
          answer: { type: 'array', items: appConfig },
        }),
        post: operation('create', 'A new AppConfig', {
          body: createSchema,
          answer: appConfig,
          also: { 409: 'Another AppConfig has this name' },
        }),
      },
      '/appconfigs/{id}': {
        parameters: [idParameter],
        get: operation('get', 'One AppConfig', { answer: appConfig, also: notFound }),
        put: operation('update', 'Changes the fields that are given', {
          parameters: [ifMatch],
          body: updateSchema,
          answer: appConfig,
          also: changeRefusals,
        }),
        patch: operation('patch', 'The same', {
          parameters: [ifMatch],
          body: updateSchema,
          answer: appConfig,
          also: changeRefusals,
        }),
        delete: operation('delete', 'Deletes; the row goes when nothing of it is left in the target', {
          parameters: [ifMatch],
          answer: { type: 'object', properties: { ok: { const: true } } },
          also: changeRefusals,
        }),
      },
      '/appconfigs/{id}/render': {
        parameters: [idParameter],
        post: operation('update', 'Asks for a new rendering', { answer: appConfig, also: notFound }),
      },
      '/appconfigs/{id}/history': {
        parameters: [idParameter],
        get: operation('get', 'Generations and what became of them, the newest first', {
          parameters: queryOf(historySchema),
          answer: { type: 'array', items: historyEntry },
          also: notFound,
        }),
      },
      '/appconfigs/stream': {
        get: {
          ...operation('watch', 'Server-sent events named `status`: what becomes of AppConfigs', {
            parameters: [...queryOf(streamSchema), lastEventId],
            answer: streamed,
            mediaType: 'text/event-stream',
          }),
        },
      },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Status: status },
    },
  };
}

type JsonSchema = Record<string, unknown>;

const time = { type: 'string', format: 'date-time' };
const orNull = (schema: JsonSchema) => ({ anyOf: [schema, { type: 'null' }] });
const text = { type: 'string' };

const fields = {
  name: text,
  repository_url: text,
  branch: text,
  environment: text,
};

const appConfig: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    ...fields,
    created_at: time,
    updated_at: time,
    deleted_at: orNull(time),
    changed_by: orNull(text),
    generation: { type: 'integer' },
    status: {
      type: 'object',
      properties: {
        phase: { enum: ['pending', 'applied', 'refused', 'failed'] },
        observed_generation: orNull({ type: 'integer' }),
        reason: orNull(text),
        message: orNull(text),
        next_retry_at: orNull(time),
        rendered_at: orNull(time),
        revision: orNull(text),
      },
    },
  },
};

const outcome: JsonSchema = {
  type: 'object',
  properties: {
    phase: { enum: ['pending', 'applied', 'refused', 'failed', 'superseded', 'pruned'] },
    reason: orNull(text),
    message: orNull(text),
    next_retry_at: orNull(time),
    outcome_at: orNull(time),
    revision: orNull(text),
  },
};

const historyEntry: JsonSchema = {
  type: 'object',
  properties: {
    generation: { type: 'integer' },
    operation: { enum: ['created', 'updated', 'deleted'] },
    ...fields,
    changed_at: time,
    changed_by: orNull(text),
    status: outcome,
  },
};

const streamed: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: text,
    generation: { type: 'integer' },
    operation: { enum: ['created', 'updated', 'deleted'] },
    status: outcome,
  },
};

const status: JsonSchema = {
  type: 'object',
  description: 'A refusal, as the Kubernetes API words it',
  properties: {
    kind: { const: 'Status' },
    status: { const: 'Failure' },
    code: { type: 'integer' },
    reason: text,
    message: text,
    detail: { type: 'string', description: 'The message, where clients of the seed look for it' },
    details: { type: 'object' },
  },
};

const idParameter = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
const ifMatch = {
  name: 'If-Match',
  in: 'header',
  schema: text,
  description: 'ETag of the generation that is to be changed; without it the last writer wins',
};
const lastEventId = { name: 'Last-Event-ID', in: 'header', schema: text };
const notFound = { 404: 'No such AppConfig' };
const changeRefusals = {
  ...notFound,
  409: 'Another AppConfig has this name',
  412: 'It has changed since the ETag of If-Match was given',
};

function queryOf(schema: z.ZodObject): object[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, { description?: string }>;
  };
  return Object.entries(json.properties).map(([name, { description, ...property }]) => ({
    name,
    in: 'query',
    description,
    schema: property,
  }));
}

function operation(
  verb: string,
  summary: string,
  parts: {
    readonly parameters?: readonly object[];
    readonly body?: z.ZodObject;
    readonly answer: JsonSchema;
    readonly mediaType?: string;
    readonly also?: Readonly<Record<number, string>>;
  },
): object {
  const refusals: Record<number, string> = {
    400: 'A parameter or field is not as it should be',
    401: 'No token, or none that is good',
    403: `The cluster does not let this user \`${verb}\` the custom resource`,
    503: 'Rights or rows cannot be found out now',
    ...parts.also,
  };
  const refusal = (description: string) => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Status' } } },
  });
  return {
    summary,
    description: `Takes the right to \`${verb}\` the custom resource.`,
    ...(parts.parameters === undefined ? {} : { parameters: parts.parameters }),
    ...(parts.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: z.toJSONSchema(parts.body, { io: 'input', unrepresentable: 'any' }),
              },
            },
          },
        }),
    responses: {
      200: {
        description: summary,
        content: { [parts.mediaType ?? 'application/json']: { schema: parts.answer } },
      },
      ...Object.fromEntries(
        Object.entries(refusals).map(([code, description]) => [code, refusal(description)]),
      ),
    },
  };
}
