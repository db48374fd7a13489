import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '../../../lib/core/kubernetes-object.ts';
import { connectKubernetes } from '../../../lib/kubernetes/connect-kubernetes.ts';
import type { Measures } from '../benchmark.ts';
import type { CdcContext } from './cdc-context.ts';
import { commitSteadily, insertAppConfigs } from './commit-steadily.ts';
import { startRoad } from './start-road.ts';

const collection = '/apis/poc.gitrenderer.com/v1alpha1/namespaces/default/appconfigs';
const warmUpSeconds = 3;

/** From each commit to the watch event of the custom resource, through every part that is on the way. */
export async function measureApply(context: CdcContext): Promise<Measures> {
  const { settings } = context;
  const databaseUrl = await context.database.fresh();
  const road = await startRoad(context, {
    databaseUrl,
    beforeSource: () => insertAppConfigs(databaseUrl, settings.rows),
  });
  try {
    return await measure(road.kubeconfig, databaseUrl, settings);
  } finally {
    await road.stop();
  }
}

async function measure(
  kubeconfig: string,
  databaseUrl: string,
  settings: CdcContext['settings'],
): Promise<Measures> {
  const connection = await connectKubernetes({
    environment: { KUBECONFIG: kubeconfig },
    userAgent: 'kubemirror/bench',
  });
  const ending = new AbortController();
  const seenAtMs = new Map<string, number>();
  const watching = watch(connection.stream, ending.signal, (name, generation) => {
    // A later generation has come in place of the earlier ones that nobody saw.
    for (let earlier = generation; earlier > 0 && !seenAtMs.has(`${name}@${earlier}`); earlier -= 1) {
      seenAtMs.set(`${name}@${earlier}`, performance.now());
    }
  });
  while (seenAtMs.size < settings.rows) await delay(50);

  const load = { rows: settings.rows, perSecond: settings.apply_changes_per_s };
  await commitSteadily(databaseUrl, { ...load, seconds: warmUpSeconds, onCommitted: () => {} });
  const committedAtMs = new Map<string, number>();
  await commitSteadily(databaseUrl, {
    ...load,
    seconds: settings.apply_seconds,
    onCommitted: (name, generation) => committedAtMs.set(`${name}@${generation}`, performance.now()),
  });
  while ([...committedAtMs.keys()].some((key) => !seenAtMs.has(key))) await delay(20);
  ending.abort();
  await watching;
  await connection.close();
  const delaysMs = [...committedAtMs]
    .map(([key, atMs]) => (seenAtMs.get(key) ?? Number.NaN) - atMs)
    .toSorted((a, b) => a - b);
  const percentile = (share: number) => delaysMs[Math.floor(share * (delaysMs.length - 1))] ?? Number.NaN;
  return { p50_ms: percentile(0.5), p99_ms: percentile(0.99) };
}

async function watch(
  stream: Awaited<ReturnType<typeof connectKubernetes>>['stream'],
  signal: AbortSignal,
  onSeen: (name: string, generation: number) => void,
): Promise<void> {
  const answer = await stream({ path: `${collection}?watch=1`, signal });
  if (answer.kind !== 'streaming') throw new Error('Cannot watch the custom resources: refused');
  try {
    for await (const { value } of answer.lines) {
      const { object } = value as { object: KubernetesObject };
      onSeen(object.metadata.name ?? '', Number(object.metadata.annotations?.['kubemirror.io/generation']));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
