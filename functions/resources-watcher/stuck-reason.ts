import type { Delivery } from '../../lib/core/create-delivery.ts';
import type { RunningReflector } from '../../lib/kubernetes/reflector-pool.ts';

/** Watches end after 10 minutes at the latest; one that is silent for longer hangs in our own code. */
const stuckAfterMs = 20 * 60_000;

/** Why this process should be started anew, or nothing. */
export function stuckReason(
  running: readonly RunningReflector[],
  delivery: Pick<Delivery, 'waiting'>,
  nowMs: number,
): string | undefined {
  // While the sink is away nothing is read on purpose.
  if (delivery.waiting() > 0) return undefined;
  const stuck = running.find(({ reflector }) => {
    const { phase, attemptAtMs } = reflector.status();
    return phase === 'watching' && nowMs - attemptAtMs > stuckAfterMs;
  });
  return stuck && `the watch of ${stuck.key} hangs`;
}
