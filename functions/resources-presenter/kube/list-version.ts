import type { ListOptions } from '../../../lib/core/kube-api/list-options.ts';
import { compareResourceVersions } from '../../../lib/core/resource-version.ts';
import type { StreamVersions } from '../../../lib/postgres/stream-versions.ts';
import { expired, tooLargeVersion } from './kube-status.ts';

/**
 * The version of a list where the mirror holds no change of the cluster, such as after retention. `0` would not do:
 * a watch from there begins with everything once more. No API server gives an object so low a version.
 */
export const versionBeforeAll = '1';

/** As long as an API server waits until it has caught up with a version. */
const freshnessWaitMs = 3_000;
const pollMs = 100;

/**
 * The version that a list of the present state has, or why it cannot have the one that was asked for. As an API
 * server: a version that the mirror has not reached is waited for, a state that is exactly an earlier version is
 * gone.
 */
export async function listVersion(
  { resourceVersion: wanted, match, limit }: Pick<ListOptions, 'resourceVersion' | 'match' | 'limit'>,
  versions: StreamVersions,
  sleep: (ms: number) => Promise<unknown>,
): Promise<string | Response> {
  const readHead = async () => (await versions.head())?.version ?? versionBeforeAll;
  if (wanted === undefined || wanted === '0') return readHead();
  // Versions of different resources do not arrive in their order: what is known has been reached. The head is read
  // after that, because one that was read before may lack it.
  const isKnown = wanted === versionBeforeAll || (await versions.positionOf(wanted)) !== undefined;
  let head = await readHead();
  for (let waitedMs = 0; !isKnown && compareResourceVersions(wanted, head) === 1; waitedMs += pollMs) {
    if (waitedMs >= freshnessWaitMs) return tooLargeVersion(wanted, head);
    await sleep(pollMs);
    head = await readHead();
  }
  // Before resourceVersionMatch there was only this: with a limit, a version meant exactly that version.
  const isExact = match === 'Exact' || (match === '' && limit !== undefined);
  return isExact && wanted !== head ? expired('The resourceVersion for the provided list is too old.') : head;
}
