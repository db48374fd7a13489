import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FunctionName } from '../../../lib/local/function-plan.ts';
import type { FunctionProcess } from '../../support/start-function.ts';
import type { ChaosCluster } from '../chaos-cluster.ts';
import { startChaosMachine } from '../chaos-machine.ts';
import { compare, isEmpty } from '../compare.ts';
import { readCluster } from '../read-cluster.ts';
import { readEventRows, readResourceRows } from '../read-mirror.ts';
import { workUntil } from '../run-chaos.ts';
import { seededRandom } from '../seeded-random.ts';
import { chaosKinds, createWorkload } from '../workload.ts';
import { startFunctions } from './start-functions.ts';

const clusterName = 'outage';
const names: readonly FunctionName[] = [
  'resources-ingester',
  'events-ingester',
  'resources-watcher',
  'events-watcher',
];
const beforeMs = 10_000;
const afterMs = 10_000;
const patienceMs = 120_000;
/** What no function may have at its worst; the Deployments give them 256 MB of heap. */
const boundRssMb = 300;
/** Writers of the workload, whose steps take some milliseconds each. */
const writers = 16;

/**
 * PostgreSQL is away for a while under a steady load. Nobody restarts a function, so that one that ends shows, and
 * the most memory that each had is told.
 */
export async function runDatabaseOutage(options: {
  readonly cluster: ChaosCluster;
  readonly folder: string;
  readonly portBase: number;
  readonly seconds: number;
  /** Changes per second. */
  readonly rate: number;
  readonly say: (line: string) => void;
}) {
  const { cluster, portBase, say } = options;
  const workload = createWorkload({
    request: cluster.request,
    random: seededRandom(1),
    namespaces: cluster.namespaces,
  });
  await workload.prepare();
  const machine = await startChaosMachine({
    folder: options.folder,
    portBase,
    kubeconfig: cluster.kubeconfig,
    clusterName,
    brokerProfile: 'imc-sync',
    brokerFaults: '',
    functions: [{ name: 'deviser', function: 'deviser', environment: {} }],
    others: names,
    say,
  });
  const processes = await startFunctions(names, {
    portBase,
    databaseUrl: machine.databaseUrl,
    kubeconfig: cluster.kubeconfig,
    clusterName,
    environment: { NAMESPACES: cluster.namespaces.join(','), RECONCILE_INTERVAL: '30s' },
  });
  const ending = new AbortController();
  const peaks = followMemory(processes, ending.signal);
  try {
    const startedAtMs = performance.now();
    const working = Array.from({ length: writers }, () =>
      workUntil(ending.signal, workload.step, options.rate / writers),
    );
    await delay(beforeMs);
    say(`PostgreSQL is away for ${options.seconds} s`);
    await machine.postgres.kill();
    await delay(options.seconds * 1_000);
    await machine.postgres.start();
    say('PostgreSQL is back');
    const backAtMs = performance.now();
    await delay(afterMs);
    ending.abort();
    await Promise.all(working);
    const workedSeconds = (performance.now() - startedAtMs) / 1_000;
    const left = await untilEqual(cluster, machine.databaseUrl);
    const steps = Object.values(workload.counts).reduce((sum, count) => sum + count, 0);
    const ended = processes.filter((process) => !isRunning(process)).length;
    const peakRssMb = Object.fromEntries(names.map((name, index) => [name, peaks[index] ?? Number.NaN]));
    return {
      seconds: options.seconds,
      rate: options.rate,
      changesPerSecond: Math.round(steps / workedSeconds),
      equalAfterSeconds: Number(((performance.now() - backAtMs) / 1_000).toFixed(1)),
      lost: left.lost.length,
      stale: left.stale.length,
      zombies: left.zombies.length,
      duplicates: left.duplicates.length,
      ended,
      peakRssMb,
      isWithinBounds: isEmpty(left) && ended === 0 && Math.max(...Object.values(peakRssMb)) <= boundRssMb,
    };
  } finally {
    ending.abort();
    await Promise.all(processes.map((process) => process.kill()));
    await machine.stop();
  }
}

async function untilEqual(cluster: ChaosCluster, databaseUrl: string) {
  const { namespaces } = cluster;
  const events = [{ group: '', version: 'v1', resource: 'events', kind: 'Event' }];
  const mirror = { cluster: clusterName, namespaces };
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const objects = compare(
      await readCluster(cluster.request, { kinds: chaosKinds, namespaces }),
      await readResourceRows(databaseUrl, {
        ...mirror,
        resources: chaosKinds.map(({ resource }) => resource),
      }),
      { zombiesCount: true },
    );
    const recorded = compare(
      await readCluster(cluster.request, { kinds: events, namespaces }),
      await readEventRows(databaseUrl, mirror),
      { zombiesCount: false },
    );
    const isEqual = isEmpty(objects) && isEmpty(recorded);
    if (isEqual || performance.now() > deadlineMs) {
      return {
        lost: [...objects.lost, ...recorded.lost],
        stale: [...objects.stale, ...recorded.stale],
        zombies: objects.zombies,
        duplicates: [...objects.duplicates, ...recorded.duplicates],
      };
    }
    await delay(500);
  }
}

/** The most megabytes that each process was seen with so far. */
function followMemory(processes: readonly FunctionProcess[], signal: AbortSignal): number[] {
  const peaks = processes.map(() => 0);
  const look = () => {
    for (const [index, process] of processes.entries()) {
      const kilobytes = /^VmHWM:\s+(\d+)/m.exec(statusOf(process))?.[1] ?? '0';
      peaks[index] = Math.max(peaks[index] ?? 0, Math.round(Number(kilobytes) / 1_024));
    }
  };
  const timer = setInterval(look, 1_000);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return peaks;
}

function isRunning(process: FunctionProcess): boolean {
  return /^State:\s+[RSDT]/m.test(statusOf(process));
}

function statusOf(process: FunctionProcess): string {
  try {
    return readFileSync(`/proc/${process.pid}/status`, 'utf8');
  } catch {
    // It has ended, which the report says.
    return '';
  }
}
