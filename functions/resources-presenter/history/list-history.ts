import { z } from 'zod';
import type { KnownCaller } from '../../../lib/core/caller.ts';
import { decodeCursor, encodeCursor } from '../../../lib/core/cursor.ts';
import type { SealingKeys } from '../../../lib/core/sealed-token.ts';
import type { VersionRow, VersionsOf } from '../../../lib/postgres/list-versions.ts';
import { type FindDependencies, findGettable, type Gettable } from './find-gettable.ts';
import type { HistoryParameters } from './history-parameters.ts';
import { versionsOf } from './versions-of.ts';

export type HistoryDependencies = FindDependencies & {
  readonly cursorKeys: SealingKeys;
  readonly listVersions: (
    of: VersionsOf,
    page: { readonly below: string | undefined; readonly limit: number },
  ) => Promise<VersionRow[]>;
};

/** A version and the stored one before it, which is missing for the oldest. */
export type ComparedVersion = { readonly row: VersionRow; readonly before: VersionRow | undefined };

export type HistoryOutcome =
  | {
      readonly kind: 'page';
      /** Newest first. */
      readonly versions: readonly ComparedVersion[];
      readonly cursor: string | undefined;
    }
  | { readonly kind: 'invalid-cursor' }
  | Exclude<Gettable, { kind: 'found' }>;

const keySchema = z.tuple([z.string()]);

/** One page of the stored versions of an object, and a cursor where older ones follow. */
export async function listHistory(
  caller: KnownCaller,
  globalUid: string,
  parameters: HistoryParameters,
  deps: HistoryDependencies,
): Promise<HistoryOutcome> {
  const binding = { username: caller.user.username, query: { history: globalUid } };
  const { cursor, limit } = parameters;
  const after = cursor === undefined ? undefined : decodeCursor(deps.cursorKeys, binding, cursor, keySchema);
  if (cursor !== undefined && after === undefined) return { kind: 'invalid-cursor' };

  const found = await findGettable(caller, globalUid, deps);
  if (found.kind !== 'found') return found;
  // One more than asked for is what the last one is compared with.
  const rows = await deps.listVersions(versionsOf(found.object), {
    below: after?.[0],
    limit: limit + 1,
  });
  const isCut = rows.length > limit || rows.length < (rows[0]?.found ?? 0);
  const shown = isCut ? rows.slice(0, -1) : rows;
  const last = shown.at(-1);
  return {
    kind: 'page',
    versions: shown.map((row, index) => ({ row, before: rows[index + 1] })),
    cursor: isCut && last !== undefined ? encodeCursor(deps.cursorKeys, binding, [last.position]) : undefined,
  };
}
