import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosArguments, ReplicaArguments } from './chaos-arguments.ts';
import type { ChaosCluster } from './chaos-cluster.ts';
import { startChaosMachine } from './chaos-machine.ts';
import { compare, type Differences, isEmpty } from './compare.ts';
import { machineFaults, strikeFaults } from './faults.ts';
import { readCluster } from './read-cluster.ts';
import { readEventRows, readResourceRows } from './read-mirror.ts';
import { replicas, serveReplicas } from './replicas.ts';
import { seededRandom } from './seeded-random.ts';
import { chaosKinds, createWorkload } from './workload.ts';

/** The outcome: counts of what differs once everything had time to settle, and how it was made. */
export type ChaosReport = {
  readonly seed: number;
  readonly faults: number;
  readonly lost: number;
  readonly stale: number;
  readonly zombies: number;
  readonly duplicates: number;
  readonly objects: number;
  readonly events: number;
  readonly convergedAfterMs: number;
  readonly replicas: number;
  readonly leases: boolean;
  readonly struck: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<string, number>>;
  /** The first differences of each sort, in words. */
  readonly examples: readonly string[];
};

/** Longest time until a difference must have been found and repaired once all faults have stopped. */
const reconcileIntervalMs = 10_000;

const functions = [
  'deviser',
  'resources-ingester',
  'events-ingester',
  'resources-watcher',
  'events-watcher',
] as const;

// Two rounds of manifests, and the longest retry of a source or broker that was struck last.
const settleTimeoutMs = 2 * reconcileIntervalMs + 60_000;

// Faults of deliveries that go on all the time, beside the strikes.
const brokerFaults =
  'duplicate=0.05,dropRequest=0.03,dropAnswer=0.03,maxDelayMs=80,reorderWindow=20,dropAck=0.02';

/** Random changes under random faults; then silence, and a comparison of cluster and database. */
export async function runChaos(
  options: Omit<ChaosArguments, 'renderer' | 'source'> &
    ReplicaArguments & {
      readonly cluster: ChaosCluster;
      readonly folder: string;
      readonly portBase: number;
      readonly say: (line: string) => void;
    },
): Promise<ChaosReport> {
  const { cluster, say, seed } = options;
  const random = seededRandom(seed);
  const scope = { kinds: chaosKinds, namespaces: cluster.namespaces };
  const workload = createWorkload({
    request: cluster.request,
    random: seededRandom(seed + 1),
    namespaces: cluster.namespaces,
  });
  await workload.prepare();
  const balancers = await serveReplicas(functions, options);
  const machine = await startChaosMachine({
    folder: options.folder,
    portBase: options.portBase,
    kubeconfig: cluster.kubeconfig,
    clusterName: clusterName,
    brokerProfile: options.broker,
    brokerFaults,
    functions: replicas(functions, {
      ...options,
      environment: {
        RECONCILE_INTERVAL: `${reconcileIntervalMs}ms`,
        NAMESPACES: cluster.namespaces.join(','),
        ...(options.leases ? { LEADER_ELECTION: 'true', LEASE_NAMESPACE: cluster.namespaces[0] ?? '' } : {}),
      },
    }),
    say,
  });
  try {
    const ending = new AbortController();
    const working = workUntil(ending.signal, workload.step, options.rate);
    const faults = [...machineFaults(machine, random), ...cluster.faults(random)];
    const struck = await strikeFaults({ faults, count: options.faults, random, say });
    ending.abort();
    await working;
    await cluster.calm();
    const calmAtMs = performance.now();
    const measure = async () => {
      const objects = await readCluster(cluster.request, scope);
      const events = await readCluster(cluster.request, { ...scope, kinds: [eventKind] });
      const mirror = { cluster: clusterName, namespaces: cluster.namespaces };
      const resources = chaosKinds.map((kind) => kind.resource);
      const rows = await readResourceRows(machine.databaseUrl, { ...mirror, resources });
      const eventRows = await readEventRows(machine.databaseUrl, mirror);
      const differences = merge(
        compare(objects, rows, { zombiesCount: true }),
        compare(events, eventRows, { zombiesCount: false }),
      );
      return { differences, objects: objects.length, events: events.length };
    };
    const settled = await settle(measure, say);
    return report({
      ...settled,
      seed,
      faults: options.faults,
      replicas: options.replicas,
      leases: options.leases,
      struck,
      done: workload.counts,
      settledInMs: performance.now() - calmAtMs,
    });
  } finally {
    await machine.stop();
    await balancers.stop();
  }
}

const clusterName = 'chaos';
const eventKind = { group: '', version: 'v1', resource: 'events', kind: 'Event' };

/** Takes steps at a steady rate until the signal aborts. */
export async function workUntil(
  signal: AbortSignal,
  step: () => Promise<void>,
  ratePerSecond: number,
): Promise<void> {
  while (!signal.aborted) {
    const startedAtMs = performance.now();
    await step();
    await delay(Math.max(0, 1_000 / ratePerSecond - (performance.now() - startedAtMs)));
  }
}

type Measured = { readonly differences: Differences; readonly objects: number; readonly events: number };

/** Measures until nothing differs or the time is over; an empty cluster would agree with anything. */
async function settle(measure: () => Promise<Measured>, say: (line: string) => void): Promise<Measured> {
  const deadlineMs = performance.now() + settleTimeoutMs;
  for (;;) {
    const measured = await measure();
    if (isEmpty(measured.differences) || performance.now() > deadlineMs) return measured;
    const { lost, stale, zombies, duplicates } = measured.differences;
    say(
      `settling: ${lost.length} lost, ${stale.length} stale, ${zombies.length} zombies, ${duplicates.length} duplicates`,
    );
    await delay(1_000);
  }
}

function merge(a: Differences, b: Differences): Differences {
  return {
    lost: [...a.lost, ...b.lost],
    stale: [...a.stale, ...b.stale],
    zombies: [...a.zombies, ...b.zombies],
    duplicates: [...a.duplicates, ...b.duplicates],
  };
}

function report(
  result: Measured &
    Pick<ChaosReport, 'seed' | 'faults' | 'replicas' | 'leases' | 'struck' | 'done'> & {
      readonly settledInMs: number;
    },
): ChaosReport {
  const { lost, stale, zombies, duplicates } = result.differences;
  return {
    seed: result.seed,
    faults: result.faults,
    lost: lost.length,
    stale: stale.length,
    zombies: zombies.length,
    duplicates: duplicates.length,
    objects: result.objects,
    events: result.events,
    convergedAfterMs: Math.round(result.settledInMs),
    replicas: result.replicas,
    leases: result.leases,
    struck: result.struck,
    done: result.done,
    examples: Object.entries(result.differences).flatMap(([what, list]) =>
      list.slice(0, 5).map((text) => `${what}: ${text}`),
    ),
  };
}

export function isConverged(outcome: ChaosReport): boolean {
  return (
    outcome.lost + outcome.stale + outcome.zombies + outcome.duplicates === 0 &&
    outcome.objects > 0 &&
    outcome.events > 0
  );
}
