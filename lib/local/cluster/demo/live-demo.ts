import { setTimeout as delay } from 'node:timers/promises';
import type { UserInfo } from '../../../core/user-info.ts';
import type { DevelopmentCluster } from '../start-cluster.ts';
import { createLoopbackRequest } from './loopback-request.ts';
import { startDemo } from './start-demo.ts';

/**
 * Brings a running cluster to life.
 * @param tokens the cluster's users; the demo acts as the first one of the group `system:masters`
 * @returns once the first objects are there, how to end it
 */
export async function liveDemo(
  cluster: DevelopmentCluster,
  tokens: Readonly<Record<string, UserInfo>>,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const [token] = Object.entries(tokens).find(([, { groups }]) => groups?.includes('system:masters')) ?? [];
  if (token === undefined) throw new Error('Cannot start the demo: no user is of group system:masters');
  const ending = new AbortController();
  const { url, certificateAuthority } = cluster;
  const { ended } = await startDemo({
    request: createLoopbackRequest({ url, certificateAuthority, token, signal: ending.signal }),
    now: () => new Date(),
    random: Math.random,
    onError: (error) => {
      if (!ending.signal.aborted) onError(error);
    },
    wait: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
    signal: ending.signal,
  });
  return async () => {
    ending.abort();
    await ended;
  };
}
