import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesRequest } from '../../../lib/core/kubernetes-request.ts';
import type { ChaosCluster } from '../chaos-cluster.ts';
import { startChaosMachine } from '../chaos-machine.ts';
import { compare, isEmpty } from '../compare.ts';
import { readCluster } from '../read-cluster.ts';
import { readResourceRows } from '../read-mirror.ts';
import { type ChaosKind, collectionPath } from '../workload.ts';
import { startFunctions } from './start-functions.ts';

const clusterName = 'outage';
const configMaps: ChaosKind = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' };

/** Of design and issue: what was deleted unseen is marked so this long after a restart at the latest. */
const boundSeconds = 30;
const patienceMs = 120_000;

/**
 * Objects are deleted while no watcher runs; then the watchers start, and every one of these must be marked deleted.
 * Rounds of manifests are as far apart as in production, so that it is the start that finds them.
 */
export async function runWatcherOutage(options: {
  readonly cluster: ChaosCluster;
  readonly folder: string;
  readonly portBase: number;
  readonly objects: number;
  readonly deleted: number;
  /** Resume points are kept, and the watch goes on where it stopped. */
  readonly leases: boolean;
  /** The API server forgets its history meanwhile. */
  readonly compact: boolean;
  readonly say: (line: string) => void;
}) {
  const { cluster, say } = options;
  const [namespace = ''] = cluster.namespaces;
  const collection = collectionPath(configMaps, namespace);
  const send = (method: 'POST' | 'DELETE', path: string, body?: unknown) =>
    request(cluster.request, method, path, body);
  await send('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  await inParallel(options.objects, (index) =>
    send('POST', collection, { metadata: { name: `object-${index}` }, data: { index: String(index) } }),
  );

  const machine = await startChaosMachine({
    folder: options.folder,
    portBase: options.portBase,
    kubeconfig: cluster.kubeconfig,
    clusterName,
    brokerProfile: 'imc-sync',
    brokerFaults: '',
    functions: (['deviser', 'resources-ingester', 'events-ingester'] as const).map((name) => ({
      name,
      function: name,
      environment: {},
    })),
    others: ['resources-watcher', 'events-watcher'],
    say,
  });
  const startWatchers = () =>
    startFunctions(['resources-watcher', 'events-watcher'], {
      portBase: options.portBase,
      databaseUrl: machine.databaseUrl,
      kubeconfig: cluster.kubeconfig,
      clusterName,
      environment: {
        NAMESPACES: namespace,
        ...(options.leases ? { LEADER_ELECTION: 'true', LEASE_NAMESPACE: namespace } : {}),
      },
    });
  const differences = async () => {
    const objects = await readCluster(cluster.request, { kinds: [configMaps], namespaces: [namespace] });
    const rows = await readResourceRows(machine.databaseUrl, {
      cluster: clusterName,
      namespaces: [namespace],
      resources: [configMaps.resource],
    });
    return compare(objects, rows, { zombiesCount: true });
  };
  const untilEqual = async () => {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const found = await differences();
      if (isEmpty(found) || performance.now() > deadlineMs) return found;
      await delay(250);
    }
  };
  let watchers = await startWatchers();
  try {
    const first = await untilEqual();
    if (!isEmpty(first)) throw new Error(`Cannot begin: ${first.lost.length} objects are not mirrored`);
    say(`${options.objects} objects are mirrored; no watcher from now on`);
    await Promise.all(watchers.map((watcher) => (options.leases ? watcher.stop() : watcher.kill())));
    await inParallel(options.deleted, (index) => send('DELETE', `${collection}/object-${index}`));
    if (options.compact) await compactHistory(cluster);
    const { zombies } = await differences();
    say(`${zombies.length} rows should be marked deleted`);
    const startedAtMs = performance.now();
    watchers = await startWatchers();
    const left = await untilEqual();
    const seconds = (performance.now() - startedAtMs) / 1_000;
    return {
      objects: options.objects,
      deleted: options.deleted,
      leases: options.leases,
      compact: options.compact,
      missedBefore: zombies.length,
      seconds: Number(seconds.toFixed(2)),
      lost: left.lost.length,
      stale: left.stale.length,
      zombies: left.zombies.length,
      duplicates: left.duplicates.length,
      isWithinBounds: isEmpty(left) && zombies.length === options.deleted && seconds <= boundSeconds,
    };
  } finally {
    await Promise.all(watchers.map((watcher) => watcher.kill()));
    await machine.stop();
  }
}

async function compactHistory(cluster: ChaosCluster): Promise<void> {
  const fault = cluster.faults(Math.random).find(({ name }) => name === 'compact history');
  if (fault === undefined)
    throw new Error('Cannot compact: a real cluster, expected the development cluster');
  await fault.strike();
}

async function request(
  send: KubernetesRequest,
  method: 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<void> {
  const answer = await send({ method, path, ...(body === undefined ? {} : { body }), timeoutMs: 10_000 });
  if (answer.status >= 300 && answer.status !== 409) {
    throw new Error(`Cannot ${method} ${path}: ${answer.status}, expected 2xx`);
  }
}

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
