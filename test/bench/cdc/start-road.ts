import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../lib/local/free-port.ts';
import { installDefinition } from '../../../lib/local/install-definition.ts';
import { startFunction } from '../run-process.ts';
import { type SourceContext, startSource } from './start-source.ts';

const tables = 'public.app_configs=io.kubemirror.appconfig.changed';

/** Everything between a commit and the cluster or the branch, each in a process of its own. */
export type Road = {
  readonly kubeconfig: string;
  readonly sourcePid: number;
  readonly stop: () => Promise<void>;
};

/**
 * Starts development cluster, broker, renderer and source, in this order.
 * @param options.renderer further variables of the renderer
 * @param options.beforeSource writes what the source finds at its start
 */
export async function startRoad(
  context: SourceContext,
  options: {
    readonly databaseUrl: string;
    readonly renderer?: Readonly<Record<string, string>>;
    readonly beforeSource?: () => Promise<void>;
  },
): Promise<Road> {
  const { databaseUrl } = options;
  const folder = mkdtempSync(join(tmpdir(), 'kubemirror-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopOne of stops.toReversed()) await stopOne();
    rmSync(folder, { recursive: true, force: true });
  };
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
      ...options.renderer,
    });
    stops.push(renderer.stop);
    await options.beforeSource?.();
    const { url } = JSON.parse(broker.firstLine) as { url: string };
    const sinkUrl = new URL('/kubemirror/default', url).href;
    const source = await startSource(context, { databaseUrl, sinkUrl, tables });
    stops.push(source.stop);
    return { kubeconfig, sourcePid: source.pid, stop };
  } catch (error) {
    await stop();
    throw error;
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
