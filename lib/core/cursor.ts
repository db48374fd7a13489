import type { z } from 'zod';
import { openToken, type SealingKeys, sealToken } from './sealed-token.ts';

/**
 * What a page continues: who asked and for what. A cursor of another user or another query does not open.
 * `query` holds everything that decides which rows there are and how they are ordered, and nothing else: not
 * the page size, not the choice of fields.
 */
export type CursorBinding = { readonly username: string; readonly query: object };

/** Keyset values of the last row of a page, as an opaque text for URLs. */
export function encodeCursor(
  keys: SealingKeys,
  binding: CursorBinding,
  values: readonly (string | null)[],
): string {
  return sealToken(keys, contextOf(binding), JSON.stringify(values));
}

/** `undefined` for a cursor that was tampered with, belongs to another user or query, or has another shape. */
export function decodeCursor<Values extends readonly (string | null)[]>(
  keys: SealingKeys,
  binding: CursorBinding,
  cursor: string,
  schema: z.ZodType<Values>,
): Values | undefined {
  const text = openToken(keys, contextOf(binding), cursor);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

function contextOf(binding: CursorBinding): string {
  return JSON.stringify([binding.username, canonical(binding.query)]);
}

/** The same value with the keys of every object sorted and undefined members gone. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, canonical(member)]);
}
