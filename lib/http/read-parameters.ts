import type { z } from 'zod';
import { statusResponse } from './status-response.ts';

export type ParametersOutcome<Value> =
  | { readonly kind: 'parameters'; readonly value: Value }
  | { readonly kind: 'refused'; readonly response: Response };

/** No parameter is longer than the longest label selector that makes sense. */
const maxShownLength = 64;

/**
 * Query parameters through a zod object schema. A name that comes several times is given to its field as a
 * list; names that the schema lacks are ignored, as the seed stack's clients expect. Refused with 400, one
 * cause per wrong parameter.
 */
export function readQueryParameters<Schema extends z.ZodObject>(
  schema: Schema,
  query: URLSearchParams,
): ParametersOutcome<z.output<Schema>> {
  const input: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    if (!Object.hasOwn(schema.shape, name)) continue;
    const values = query.getAll(name);
    input[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return readParameters(schema, input);
}

/** The same for a value that was parsed already, such as a JSON body. */
export function readParameters<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): ParametersOutcome<z.output<Schema>> {
  const result = schema.safeParse(input);
  if (result.success) return { kind: 'parameters', value: result.data };
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, input));
  return { kind: 'refused', response: refuseParameters(problems) };
}

export type ParameterProblem = { readonly field: string; readonly message: string };

/** 400 as the API server words an invalid field: every problem as a cause with its field. */
export function refuseParameters(problems: readonly ParameterProblem[]): Response {
  const message = problems.map((problem) => `invalid ${problem.field}: ${problem.message}`).join('; ');
  return statusResponse(400, message, {
    details: {
      causes: problems.map((problem) => ({
        reason: 'FieldValueInvalid',
        message: problem.message,
        field: problem.field,
      })),
    },
  });
}

function problemsOf(issue: z.core.$ZodIssue, input: unknown): ParameterProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: key.slice(0, maxShownLength), message: 'unknown parameter' }));
  }
  const [first] = issue.path;
  const field = first === undefined ? 'body' : String(first);
  const given = typeof input === 'object' && input !== null ? Reflect.get(input, field) : undefined;
  if (given === undefined) return [{ field, message: first === undefined ? issue.message : 'required' }];
  if (Array.isArray(given) && issue.code === 'invalid_type') {
    return [{ field, message: 'given more than once, expected one value' }];
  }
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const shown = text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
  return [{ field, message: `${JSON.stringify(shown)}, ${issue.message}` }];
}
