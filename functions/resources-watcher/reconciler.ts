import type { RunningReflector } from '../../lib/kubernetes/reflector-pool.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import type { ReconcileOutcome } from './reconcile.ts';

export type ReconcilerOptions = {
  readonly running: () => readonly RunningReflector[];
  readonly intervalMs: number;
  /** At a time; each is a list of identities in memory. */
  readonly concurrency: number;
  readonly reconcile: (running: RunningReflector) => Promise<ReconcileOutcome>;
  readonly onError: (error: unknown, running: RunningReflector) => void;
  readonly nowMs: () => number;
  readonly random: () => number;
};

const lookAtMostEveryMs = 1_000;

/** A round that failed is made again sooner than the next regular one, but not at once. */
const retryFraction = 0.1;

/**
 * Reconciles each reflector's target every interval, spread by jitter. A reflector that listed at its start has
 * sent manifests; one that resumed has not, and comes first.
 */
export async function runReconciler(options: ReconcilerOptions, signal: AbortSignal): Promise<void> {
  const dueMs = new Map<string, number>();
  const busy = new Set<string>();
  const jittered = (ms: number) => options.nowMs() + ms * (0.9 + 0.2 * options.random());

  let wake = () => {};
  const work = async (running: RunningReflector) => {
    busy.add(running.key);
    let fraction = 1;
    try {
      const outcome = await options.reconcile(running);
      if (outcome.kind === 'failed') fraction = retryFraction;
    } catch (error) {
      fraction = retryFraction;
      if (!signal.aborted) options.onError(error, running);
    } finally {
      busy.delete(running.key);
      dueMs.set(running.key, jittered(options.intervalMs * fraction));
      wake();
    }
  };

  const isDue = ({ key, reflector }: RunningReflector): boolean => {
    const { phase, synced, listed } = reflector.status();
    const isUp = phase === 'watching' || synced;
    if (!isUp || busy.has(key) || busy.size >= options.concurrency) return false;
    const atMs = dueMs.get(key) ?? (listed ? options.nowMs() + options.intervalMs * options.random() : 0);
    dueMs.set(key, atMs);
    return atMs <= options.nowMs();
  };

  while (!signal.aborted) {
    const running = options.running();
    forgetOthers(dueMs, new Set(running.map(({ key }) => key)));
    for (const candidate of running) if (isDue(candidate)) void work(candidate);
    await new Promise<void>((resolve) => {
      wake = resolve;
      sleep(Math.min(lookAtMostEveryMs, options.intervalMs / 4), signal).then(resolve, resolve);
    });
  }
}

function forgetOthers(map: Map<string, unknown>, keys: ReadonlySet<string>): void {
  for (const key of map.keys()) if (!keys.has(key)) map.delete(key);
}
