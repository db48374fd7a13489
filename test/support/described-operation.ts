import { z } from 'zod';

export type DescribedSchema = {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: DescribedSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, DescribedSchema>>;
  readonly required?: readonly string[];
};

export type DescribedParameter = {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: DescribedSchema;
};

/** One operation of an OpenAPI document that a running function has served. */
export type Operation = {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly DescribedParameter[];
  readonly body: DescribedSchema | undefined;
  readonly needsToken: boolean;
  readonly isStream: boolean;
  /** Of the Kubernetes API, which words refusals in its own way. */
  readonly isKube: boolean;
  /** What an answer with this status has that it should not have; `undefined` where all is as described. */
  readonly problemWith: (status: number, answer: unknown) => string | undefined;
};

type Content = Readonly<Record<string, { readonly schema: z.core.JSONSchema.JSONSchema }>>;
type Document = {
  readonly components: object;
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly security?: readonly object[];
            readonly parameters?: readonly DescribedParameter[];
            readonly requestBody?: {
              readonly content: Readonly<Record<string, { schema: DescribedSchema }>>;
            };
            readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
          }
        >
      >
    >
  >;
};

/** The operations that are described at `/openapi.json` of a function. */
export async function readOperations(url: string): Promise<Operation[]> {
  const answer = await fetch(`${url}/openapi.json`);
  const document = (await answer.json()) as Document;
  const status = (document.components as { schemas: { Status: z.core.JSONSchema.JSONSchema } }).schemas
    .Status;
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, { security, parameters, requestBody, responses }]): Operation => {
        const schemas = new Map(
          Object.entries(responses).map(([code, { content }]) => {
            const [described] = Object.values(content ?? {});
            return [Number(code), schemaOf(described?.schema, status)] as const;
          }),
        );
        return {
          method: method.toUpperCase(),
          path,
          parameters: parameters ?? [],
          body: requestBody?.content['application/json']?.schema,
          needsToken: security?.length !== 0,
          isStream: 'text/event-stream' in (responses['200']?.content ?? {}),
          isKube: /^\/(?:api|apis|version)(?:\/|$)/.test(path),
          problemWith: (code, body) => {
            const schema = schemas.get(code);
            if (!schemas.has(code)) return `status ${code} is not described`;
            return schema?.safeParse(body).error?.message;
          },
        };
      },
    ),
  );
}

/** The only reference in our documents is that to `Status`. */
function schemaOf(
  schema: z.core.JSONSchema.JSONSchema | undefined,
  status: z.core.JSONSchema.JSONSchema,
): z.ZodType | undefined {
  if (schema === undefined) return undefined;
  return z.fromJSONSchema(schema.$ref === '#/components/schemas/Status' ? status : schema);
}
