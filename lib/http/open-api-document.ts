import { z } from 'zod';
import {
  bodySchemaOf,
  type JsonSchema,
  type OpenApiParameter,
  queryParametersOf,
} from './open-api-parameters.ts';

/** One operation, as far as it differs from all others. */
export type DescribedOperation = {
  readonly summary: string;
  readonly description?: string;
  /** What the handler reads the query with. */
  readonly query?: z.ZodObject;
  /** What the handler reads a JSON body with. */
  readonly body?: z.ZodObject;
  /** Parameters that are read otherwise: of the path, headers. */
  readonly parameters?: readonly OpenApiParameter[];
  readonly answer: z.ZodType | JsonSchema;
  /** Of the answer; JSON where it says nothing else. */
  readonly mediaType?: string;
  /** Other answers than 200 and those of every operation, by status. */
  readonly also?: Readonly<Record<number, string>>;
  /** False for what everybody may read. */
  readonly needsToken?: false;
};

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Operations by path, with path parameters as `{name}`, and method. */
export type DescribedPaths = Readonly<Record<string, Readonly<Partial<Record<Method, DescribedOperation>>>>>;

/** An API as an OpenAPI 3.1 document; parameters and bodies come from the schemas that the handlers parse with. */
export function openApiDocument(api: {
  readonly title: string;
  readonly description: string;
  readonly paths: DescribedPaths;
  /** Answers of every operation that needs a token, by status. */
  readonly refusals: Readonly<Record<number, string>>;
}): object {
  const paths = { ...api.paths, '/openapi.json': { get: thisDocument } };
  return {
    openapi: '3.1.0',
    info: { title: api.title, version: '1', description: api.description },
    security: [{ bearer: [] }],
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, operations]) => [
        path,
        Object.fromEntries(
          Object.entries(operations).map(([method, operation]) => [
            method,
            describeOperation(method, operation, api.refusals),
          ]),
        ),
      ]),
    ),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Status: status },
    },
  };
}

const thisDocument: DescribedOperation = {
  summary: 'This document',
  answer: { type: 'object', required: ['openapi'], properties: { openapi: { const: '3.1.0' } } },
  needsToken: false,
};

const ifNoneMatch: OpenApiParameter = {
  name: 'If-None-Match',
  in: 'header',
  description: 'ETag of an answer that the client has',
  schema: { type: 'string' },
};

/** A refusal, as the Kubernetes API words it. */
const status: JsonSchema = {
  type: 'object',
  description: 'A refusal, as the Kubernetes API words it',
  required: ['kind', 'status', 'code', 'reason', 'message'],
  properties: {
    kind: { const: 'Status' },
    apiVersion: { const: 'v1' },
    metadata: { type: 'object' },
    status: { const: 'Failure' },
    code: { type: 'integer' },
    reason: { type: 'string' },
    message: { type: 'string' },
    detail: { type: 'string', description: 'The message, where some clients look for it' },
    details: { type: 'object', description: 'For 400: `causes` with the field of each' },
  },
};

function describeOperation(
  method: string,
  operation: DescribedOperation,
  refusals: Readonly<Record<number, string>>,
): object {
  const { answer, mediaType = 'application/json' } = operation;
  const isHeld = method === 'get' && !mediaType.startsWith('text/');
  const parameters = [
    ...(operation.parameters ?? []),
    ...(operation.query === undefined ? [] : queryParametersOf(operation.query)),
    ...(isHeld ? [ifNoneMatch] : []),
  ];
  const refused = operation.needsToken === false ? operation.also : { ...refusals, ...operation.also };
  return {
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    ...(operation.needsToken === false ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: bodySchemaOf(operation.body) } },
          },
        }),
    responses: {
      200: { description: operation.summary, content: { [mediaType]: { schema: answerSchemaOf(answer) } } },
      ...(isHeld ? { 304: { description: 'The client has this answer already' } } : {}),
      ...Object.fromEntries(
        Object.entries(refused ?? {}).map(([code, description]) => [
          code,
          {
            description,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Status' } } },
          },
        ]),
      ),
    },
  };
}

function answerSchemaOf(answer: z.ZodType | JsonSchema): JsonSchema {
  if (!(answer instanceof z.ZodType)) return answer;
  const { $schema: _dialect, ...schema } = z.toJSONSchema(answer, { io: 'output' });
  return schema;
}
