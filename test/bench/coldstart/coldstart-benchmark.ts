import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster } from '../../../lib/local/cluster/start-cluster.ts';
import { startTellingSink } from '../../support/telling-sink.ts';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark, Measures } from '../benchmark.ts';
import { measureStart } from './measure-start.ts';

/** Those that Knative may start while somebody waits first; of the others it is their downtime in an upgrade. */
const functions = [
  'resources-ingester',
  'events-ingester',
  'resources-presenter',
  'events-presenter',
  'appconfigs-api',
  'renderer',
  'deviser',
  'changes-source',
  'resources-watcher',
  'events-watcher',
] as const;

const settings = {
  bundled: true,
  compileCache: true,
  fileCache: 'warm',
  database: 'up',
  cluster: 'kubeconfig',
  startsPerRound: 3,
} as const;

/**
 * Process start to the first 200 of /readyz, with the bundles of the image and their compile cache. Whoever needs the
 * cluster reaches it by a kubeconfig here, so those figures hold the loading of the Kubernetes client, which a pod does
 * without.
 */
export const coldstartBenchmark: Benchmark = {
  name: 'coldstart',
  rounds: 5,
  settings,
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kubemirror-coldstart-'));
    const bundle = fileURLToPath(new URL('../../../knative/bundle.ts', import.meta.url));
    execFileSync(process.execPath, [bundle, '--out', folder, '--compile-cache'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const database = await openBenchDatabase();
    const cluster = await startCluster({
      tokens: { bench: { username: 'bench', groups: ['system:masters'] } },
    });
    const sink = await startTellingSink();
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, cluster.kubeconfig('bench'));
    const environment = {
      DATABASE_URL: await database.fresh(),
      KUBECONFIG: kubeconfig,
      CLUSTER_NAME: 'bench',
      NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
      JWT_SIGN_KEY: 'a key of this benchmark only',
      K_SINK: sink.url,
      SLOT_NAME: `coldstart_${process.pid}`,
    };
    const measure = async (name: string): Promise<Measures> => {
      const startsMs: number[] = [];
      // The first start of a round reads files that another process may have pushed out of the cache.
      for (let start = 0; start <= settings.startsPerRound; start += 1) {
        const ms = await measureStart(join(folder, 'functions', name, 'index.js'), environment);
        if (start > 0) startsMs.push(ms);
      }
      return { ms: startsMs.toSorted((a, b) => a - b)[Math.floor(startsMs.length / 2)] ?? Number.NaN };
    };
    return {
      variants: Object.fromEntries(functions.map((name) => [name, () => measure(name)])),
      close: async () => {
        await sink.stop();
        await cluster.stop();
        await database.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  figures: (round) =>
    Object.fromEntries(
      functions.map((name) => [`${name}_ms`, Math.round(round[name]?.['ms'] ?? Number.NaN)]),
    ),
};
