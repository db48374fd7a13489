import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../lib/local/free-port.ts';
import type { Measures } from '../benchmark.ts';
import { runForJson, startFunction, startHelper, startScript } from '../run-process.ts';

export type Road = {
  readonly databaseUrl: string;
  readonly objects: number;
  readonly changesPerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Otherwise the watcher sends to the ingester itself. */
  readonly throughBroker: boolean;
  /** For files that the processes read. */
  readonly folder: string;
};

/** Starts everything from the API server to the database, each in its own process, and measures one run. */
export async function runRoad(road: Road): Promise<Measures> {
  const releases: (() => Promise<void>)[] = [];
  const started = <T extends { readonly stop: () => Promise<void> }>(what: T): T => {
    releases.unshift(what.stop);
    return what;
  };
  try {
    const api = started(
      await startHelper(new URL('./serve-changes.ts', import.meta.url), {
        BENCH_OBJECTS: String(road.objects),
        BENCH_CHANGES_PER_SECOND: String(road.changesPerSecond),
      }),
    );
    const [ingesterPort, watcherPort] = [await freePort(), await freePort()];
    const ingesterUrl = `http://127.0.0.1:${ingesterPort}`;
    started(
      await startFunction('resources-ingester', {
        DATABASE_URL: road.databaseUrl,
        PORT: String(ingesterPort),
        METRICS_PORT: '0',
      }),
    );
    const sinkUrl = road.throughBroker
      ? await startBroker({ ingesterUrl, watcherUrl: `http://127.0.0.1:${watcherPort}` }, started)
      : ingesterUrl;
    const rows = runForJson<Measures>(new URL('./follow-rows.ts', import.meta.url), {
      DATABASE_URL: road.databaseUrl,
      BENCH_WARM_UP_SECONDS: String(road.warmUpSeconds),
      BENCH_SECONDS: String(road.seconds),
    });
    started(
      await startFunction('resources-watcher', {
        ...watcherFiles(road.folder, api.port),
        CLUSTER_NAME: 'bench',
        K_SINK: sinkUrl,
        PORT: String(watcherPort),
        METRICS_PORT: '0',
      }),
    );
    return await rows;
  } finally {
    for (const release of releases) await release();
  }
}

async function startBroker(
  urls: { readonly ingesterUrl: string; readonly watcherUrl: string },
  started: <T extends { readonly stop: () => Promise<void> }>(what: T) => T,
): Promise<string> {
  const broker = started(
    await startScript(new URL('../../../lib/local/broker/main.ts', import.meta.url), {
      arguments: [
        ...['--manifests', fileURLToPath(new URL('../../../knative', import.meta.url)), '--no-pings'],
        ...['--service', `resources-ingester=${urls.ingesterUrl}`],
        ...['--service', `resources-watcher=${urls.watcherUrl}`],
      ],
    }),
  );
  return `${(broker.line as { url: string }).url}/kubemirror/default`;
}

/** Only pods, and no custom resources. */
function watcherFiles(folder: string, apiPort: number): Record<string, string> {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const cluster = { name: 'bench', cluster: { server: `http://127.0.0.1:${apiPort}` } };
  const context = { name: 'bench', context: { cluster: 'bench', user: 'bench' } };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    clusters: [cluster],
    contexts: [context],
    users: [{ name: 'bench', user: {} }],
  };
  return {
    KUBECONFIG: write('kubeconfig.json', JSON.stringify(kubeconfig)),
    STATIC_KINDS_FILE: write('static', '/v1/pods/Pod\n'),
    MANAGED_GROUPS_FILE: write('managed-groups', ''),
  };
}
