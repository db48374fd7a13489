import type { KnownCaller } from '../../../lib/core/caller.ts';
import type { VersionRow, VersionsOf } from '../../../lib/postgres/list-versions.ts';
import { type FindDependencies, findGettable, type Gettable } from './find-gettable.ts';
import { versionsOf } from './versions-of.ts';

export type VersionDependencies = FindDependencies & {
  readonly getVersion: (
    of: VersionsOf & { readonly resourceVersion: string },
  ) => Promise<VersionRow | undefined>;
};

export type VersionOutcome =
  | { readonly kind: 'version'; readonly row: VersionRow; readonly comparedWith: VersionRow | undefined }
  /** The object is there, but this version of it is not stored, or no longer. */
  | { readonly kind: 'no-version'; readonly resourceVersion: string }
  | Exclude<Gettable, { kind: 'found' }>;

/** One stored version of an object, and the one that it shall be compared with. */
export async function getObjectVersion(
  caller: KnownCaller,
  asked: {
    readonly globalUid: string;
    readonly resourceVersion: string;
    readonly compareWith: string | undefined;
  },
  deps: VersionDependencies,
): Promise<VersionOutcome> {
  const found = await findGettable(caller, asked.globalUid, deps);
  if (found.kind !== 'found') return found;
  const of = versionsOf(found.object);
  const { resourceVersion, compareWith } = asked;
  const row = await read(resourceVersion);
  if (row === undefined) return { kind: 'no-version', resourceVersion };
  if (compareWith === undefined) return { kind: 'version', row, comparedWith: undefined };
  const comparedWith = await read(compareWith);
  if (comparedWith === undefined) return { kind: 'no-version', resourceVersion: compareWith };
  return { kind: 'version', row, comparedWith };

  async function read(version: string): Promise<VersionRow | undefined> {
    return version.includes('\0') ? undefined : deps.getVersion({ ...of, resourceVersion: version });
  }
}
