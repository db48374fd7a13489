import type { z } from 'zod';
import { type ParametersOutcome, refuseParameters } from '../../lib/http/read-parameters.ts';

/**
 * The fields of a body through their schema; refused with 400 and a cause per field. Other than for query parameters
 * the answer does not repeat what was sent: it may be a URL with a password, and answers are logged on their way.
 */
export function readFields<Schema extends z.ZodObject>(
  schema: Schema,
  body: unknown,
): ParametersOutcome<z.output<Schema>> {
  const result = schema.safeParse(body);
  if (result.success) return { kind: 'parameters', value: result.data };
  const given = typeof body === 'object' && body !== null ? body : {};
  const problems = result.error.issues.map(({ path: [name], message }) => {
    if (name === undefined) return { field: 'body', message: 'expected one JSON object' };
    const field = String(name);
    return { field, message: Object.hasOwn(given, field) ? message : 'required' };
  });
  return { kind: 'refused', response: refuseParameters(problems) };
}
