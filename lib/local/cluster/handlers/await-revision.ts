import { setTimeout as delay } from 'node:timers/promises';

import type { ClusterState } from '../cluster-state.ts';
import { StatusError } from '../http/status-error.ts';

const pollMs = 25;

/**
 * Waits until the store has reached a revision, as a server whose cache lags does.
 * @throws StatusError 504 with cause ResourceVersionTooLarge after `freshnessWaitMs`
 */
export async function awaitRevision(cluster: ClusterState, revision: number): Promise<void> {
  const deadlineMs = performance.now() + cluster.settings.freshnessWaitMs;
  while (cluster.store.revision < revision) {
    if (performance.now() >= deadlineMs) throw tooLarge(revision, cluster.store.revision);
    await delay(pollMs);
  }
}

function tooLarge(revision: number, current: number): StatusError {
  return new StatusError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${revision}, current: ${current}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    headers: { 'retry-after': '1' },
  });
}
