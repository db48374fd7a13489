/** An error as it is logged. */
export type DescribedError = {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly [field: string]: unknown;
};

/**
 * Fields that say what went wrong and where. All others stay out, because they hold what was worked on:
 * `input` of an invalid URL is the URL with its password, `detail` and `where` of PostgreSQL are rows.
 */
const toldFields = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'status',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
] as const;

const maxDepth = 5;

/** What may be logged of anything that was thrown, its causes and the errors it gathers included. */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const described: Record<string, unknown> = { type: error.name, message: error.message };
  if (error.stack !== undefined) described['stack'] = error.stack;
  for (const field of toldFields) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === 'string' || typeof value === 'number') described[field] = value;
  }
  if (depth < maxDepth) {
    if (error.cause !== undefined) described['cause'] = describeError(error.cause, depth + 1);
    if (error instanceof AggregateError) {
      described['errors'] = error.errors.slice(0, 10).map((each) => describeError(each, depth + 1));
    }
  }
  return described as DescribedError;
}
