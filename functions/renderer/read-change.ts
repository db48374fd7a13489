import { z } from 'zod';
import { isUuid } from './custom-resource.ts';

/** What a change event tells the renderer. */
export type ReadChange =
  | {
      readonly kind: 'row';
      readonly id: string;
      readonly generation: number;
      /** Names before and after, to be looked at first. */
      readonly names: readonly string[];
    }
  /** The whole table changed at once, or was sent anew: compare everything. */
  | { readonly kind: 'table' }
  | { readonly kind: 'invalid'; readonly reason: string };

const row = z.object({ name: z.string().optional(), generation: z.number().optional() });

const change = z.object({
  operation: z.enum(['snapshot', 'insert', 'update', 'delete', 'truncate', 'resynchronised']),
  key: z.string(),
  generation: z.number().optional(),
  row: row.optional(),
  previous: row.optional(),
});

/** Reads the data of `io.kubemirror.appconfig.changed`. */
export function readChange(data: unknown): ReadChange {
  const parsed = change.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { kind: 'invalid', reason: `${issue?.path.join('.') || 'data'}: ${issue?.message ?? 'invalid'}` };
  }
  const { operation, key, generation, row: after, previous } = parsed.data;
  if (operation === 'truncate' || operation === 'resynchronised') return { kind: 'table' };
  if (!isUuid(key)) return { kind: 'invalid', reason: 'key: expected a uuid' };
  const names = [after?.name, previous?.name].filter((name) => name !== undefined);
  return { kind: 'row', id: key, generation: generation ?? 0, names: [...new Set(names)] };
}
