import { parseTraceparent } from '../core/traceparent.ts';

/** The header `traceparent` of a request; nothing where it is missing or none, because its text goes into logs. */
export function traceparentOf(header: (name: string) => string | null | undefined): {
  readonly traceparent?: string;
} {
  const text = header('traceparent') ?? undefined;
  return text === undefined || parseTraceparent(text) === undefined ? {} : { traceparent: text };
}
