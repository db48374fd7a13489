import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { connectKubernetes } from '../../lib/kubernetes/connect-kubernetes.ts';
import { startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { removeAll } from '../support/remove-all.ts';
import type { Fault } from './faults.ts';
import { customKindPath } from './workload.ts';

/** The cluster that is mirrored, with what it can be made to do wrong. */
export type ChaosCluster = {
  readonly kubeconfig: string;
  readonly request: KubernetesRequest;
  /** The workload's own; they are deleted at the end. */
  readonly namespaces: readonly string[];
  readonly faults: (random: () => number) => Fault[];
  /** Ends every fault that is still on. */
  readonly calm: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** The double, or with TEST_KUBECONFIG a real cluster, which then has no faults of its own. */
export async function chaosCluster(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ChaosCluster> {
  const real = environment['TEST_KUBECONFIG'];
  return real === undefined || real === '' ? doubledCluster(folder) : realCluster(real);
}

async function realCluster(kubeconfig: string): Promise<ChaosCluster> {
  const connection = await connectKubernetes({
    environment: { KUBECONFIG: kubeconfig },
    userAgent: 'kubemirror/chaos',
  });
  const suffix = randomBytes(3).toString('hex');
  const namespaces = [`chaos-a-${suffix}`, `chaos-b-${suffix}`];
  return {
    kubeconfig,
    request: connection.request,
    namespaces,
    faults: () => [],
    calm: async () => {},
    stop: async () => {
      await removeAll(connection.request, namespaces, [customKindPath]);
      await connection.close();
    },
  };
}

async function doubledCluster(folder: string): Promise<ChaosCluster> {
  const cluster = await startCluster({
    tokens: { [adminToken]: { username: 'admin', groups: ['system:masters', 'system:authenticated'] } },
    settings: { bookmarkIntervalMs: 2_000 },
  });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig('admin'), { mode: 0o600 });
  const connection = await connectKubernetes({
    environment: { KUBECONFIG: kubeconfig },
    userAgent: 'kubemirror/chaos',
  });
  const faults = (random: () => number): Fault[] => [
    { name: 'drop watches', weight: 3, strike: async () => cluster.state.watches.close('reset') },
    { name: 'end watches', weight: 2, strike: async () => cluster.state.watches.close('end') },
    {
      name: 'compact history',
      weight: 2,
      strike: async () => {
        cluster.compact();
        cluster.state.watches.close('reset');
      },
    },
    { name: 'gone', weight: 1, strike: async () => cluster.faults.expire(Math.ceil(random() * 5)) },
    {
      name: 'too many requests',
      weight: 1,
      strike: async () => cluster.faults.refuse(429, Math.ceil(random() * 20), 1),
    },
    {
      name: 'server errors',
      weight: 1,
      strike: async () => cluster.faults.refuse(500, Math.ceil(random() * 20)),
    },
    {
      name: 'slow answers',
      weight: 1,
      strike: async () => {
        cluster.faults.delay(random() * 800);
        await delay(1_000);
        cluster.faults.delay(0);
      },
    },
  ];
  return {
    kubeconfig,
    request: connection.request,
    namespaces: ['chaos-a', 'chaos-b'],
    faults,
    calm: async () => cluster.faults.clear(),
    stop: async () => {
      await connection.close();
      await cluster.stop();
    },
  };
}

const adminToken = 'chaos-admin';
