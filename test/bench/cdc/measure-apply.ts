import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '../../../lib/core/kubernetes-object.ts';
import { connectKubernetes } from '../../../lib/kubernetes/connect-kubernetes.ts';
import { freePort } from '../../../lib/local/free-port.ts';
import { installDefinition } from '../../../lib/local/install-definition.ts';
import type { Measures } from '../benchmark.ts';
import { startFunction } from '../run-process.ts';
import type { CdcContext } from './cdc-context.ts';
import { commitSteadily, insertAppConfigs } from './commit-steadily.ts';
import { startSource } from './start-source.ts';

const tables = 'public.app_configs=io.kubemirror.appconfig.changed';
const collection = '/apis/poc.gitrenderer.com/v1alpha1/namespaces/default/appconfigs';
const warmUpSeconds = 3;

/** From each commit to the watch event of the custom resource, through every part that is on the way. */
export async function measureApply(context: CdcContext): Promise<Measures> {
  const { settings } = context;
  const folder = mkdtempSync(join(tmpdir(), 'kubemirror-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const databaseUrl = await context.database.fresh();
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const cluster = await startScript(['lib/local/cluster/main.ts', '--kubeconfig', kubeconfig]);
    stops.push(cluster.stop);
    await installDefinition(kubeconfig);
    const port = await freePort();
    const broker = await startScript([
      'lib/local/broker/main.ts',
      ...['--manifests', 'knative', '--no-pings', '--service', `renderer=http://127.0.0.1:${port}`],
    ]);
    stops.push(broker.stop);
    const renderer = await startFunction('renderer', {
      DATABASE_URL: databaseUrl,
      KUBECONFIG: kubeconfig,
      CLUSTER_NAME: 'bench',
      PORT: String(port),
      METRICS_PORT: String(await freePort()),
    });
    stops.push(renderer.stop);
    await insertAppConfigs(databaseUrl, settings.rows);
    const sinkUrl = new URL('/kubemirror/default', (JSON.parse(broker.firstLine) as { url: string }).url)
      .href;
    stops.push((await startSource(context, { databaseUrl, sinkUrl, tables })).stop);
    return await measure(kubeconfig, databaseUrl, settings);
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
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

/** A part of the one-machine runner in a process of its own; ready when it prints its first line. */
async function startScript(
  args: readonly string[],
): Promise<{ readonly firstLine: string; readonly stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    firstLine: line.toString(),
    stop: async () => {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
}
