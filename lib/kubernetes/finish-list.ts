import { manifestRanges } from '../core/manifest-ranges.ts';
import type { ReflectorParts } from './reflector-parts.ts';

/**
 * Ends a complete list: tells what it did not have any more, closes with the manifests, and makes its version
 * the point to watch from. @returns how many objects were gone
 */
export async function finishList(
  { options, known, state }: ReflectorParts,
  resourceVersion: string,
): Promise<number> {
  const gone = known.finishList();
  for (const identity of gone) {
    await options.emit({ kind: 'gone', identity: { ...identity, resourceVersion } });
  }
  if (options.emitsManifests) {
    let index = 0;
    for (const range of manifestRanges(known.sortedEntries())) {
      await options.emit({ kind: 'manifest', range, index, listResourceVersion: resourceVersion });
      index += 1;
    }
  }
  state.lastVersion = resourceVersion;
  state.synced = true;
  state.listed = true;
  await options.emit({ kind: 'progress', resourceVersion, synced: true });
  return gone.length;
}
