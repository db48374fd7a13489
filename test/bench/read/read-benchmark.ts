import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoToken } from '../../../lib/local/demo-tokens.ts';
import { freePort } from '../../../lib/local/free-port.ts';
import { boundedMemory } from '../../../lib/local/function-plan.ts';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark, Measures } from '../benchmark.ts';
import { runForJson, startFunction, startScript } from '../run-process.ts';
import { measureColdRights } from './measure-cold-rights.ts';
import { namespaceName, seedRows } from './seed-rows.ts';

const settings = {
  resources: Number(process.env['BENCH_RESOURCES'] ?? 1_000_000),
  events: Number(process.env['BENCH_EVENTS'] ?? 2_000_000),
  namespaces: 500,
  allowedNamespaces: 200,
  days: 7,
  requestsPerSecond: 50,
  warmUpSeconds: 3,
  seconds: 20,
  deepPage: 50,
  coldUsers: 10,
  loopback: true,
  /** Those of the manifests. */
  ...boundedMemory('resources-presenter'),
} as const;

const signKey = 'a sign key of the read benchmark only';
const own = namespaceName(0);
const labels = encodeURIComponent(JSON.stringify({ 'krateo.io/portal-page': 'compositions' }));
const panels = 'group=widgets.templates.krateo.io&resource=panels&version=v1beta1';

/** What is asked of whom. `livez` costs next to nothing: its figure is the machine's and the load generator's. */
const queries = {
  floor: { of: 'resources', path: '/livez' },
  portal: { of: 'resources', path: `/resources?${panels}&namespace=*&raw=true&limit=5&labels=${labels}` },
  first_page: { of: 'resources', path: '/resources?group=apps&resource=deployments&namespace=*&limit=100' },
  deep_page: { of: 'resources', path: '/resources?group=apps&resource=deployments&namespace=*&limit=100' },
  label_selector: {
    of: 'resources',
    path: `/resources?group=apps&resource=deployments&namespace=*&limit=100&label_selector=${encodeURIComponent('app in (app-17,app-170),tier!=batch')}`,
  },
  kube_list: { of: 'resources', path: `/api/v1/namespaces/${own}/pods?limit=500` },
  events_first_page: { of: 'events', path: '/events' },
  text_search: { of: 'events', path: `/events?text=${encodeURIComponent('backoff web-17')}` },
} as const;

/**
 * Reading a large mirror as a user with rights in some of its namespaces: the 99th percentile of each query on its
 * own at a steady rate, and the first question of users whose rights nobody has looked up yet.
 */
export const readBenchmark: Benchmark = {
  name: 'read',
  // Filling the database takes minutes; a single look at the queries need not wait for three.
  rounds: Number(process.env['BENCH_ROUNDS'] ?? 3),
  settings,
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kubemirror-read-'));
    // Filling it takes minutes: whoever tries something out several times can keep one that is filled.
    const database = await openBenchDatabase();
    const seeded = process.env['BENCH_SEEDED_DATABASE'];
    const databaseUrl = seeded ?? (await database.fresh());
    if (seeded === undefined) await seedRows(databaseUrl, settings);
    const kubeconfig = join(folder, 'kubeconfig');
    const cluster = await startScript(new URL('../serve-cluster.ts', import.meta.url), {
      environment: {
        BENCH_NAMESPACES: String(settings.namespaces),
        BENCH_ALLOWED_NAMESPACES: String(settings.allowedNamespaces),
        BENCH_KUBECONFIG: kubeconfig,
      },
    });
    const environment = {
      DATABASE_URL: databaseUrl,
      KUBECONFIG: kubeconfig,
      CLUSTER_NAME: 'bench',
      JWT_SIGN_KEY: signKey,
      METRICS_PORT: '0',
    };
    const token = await demoToken({ username: 'reader', groups: ['readers'] }, signKey);

    const measure = async ({ of, path }: { of: 'resources' | 'events'; path: string }, deep: boolean) => {
      const port = await freePort();
      const presenter = await startFunction(`${of}-presenter`, {
        ...environment,
        ...boundedMemory(`${of}-presenter`),
        PORT: String(port),
      });
      try {
        const url = `http://127.0.0.1:${port}`;
        const last = deep ? await walk(`${url}${path}`, token) : '';
        return await runForJson<Measures>(new URL('./send-requests.ts', import.meta.url), {
          BENCH_URL: `${url}${path}${last}`,
          BENCH_TOKEN: token,
          BENCH_PER_SECOND: String(settings.requestsPerSecond),
          BENCH_WARM_UP_SECONDS: String(settings.warmUpSeconds),
          BENCH_SECONDS: String(settings.seconds),
        });
      } finally {
        await presenter.stop();
      }
    };
    const cold = (mode: 'evaluate' | 'review') =>
      measureColdRights({
        environment: { ...environment, ACCESS_MODE: mode },
        path: queries.first_page.path,
        tokens: Array.from({ length: settings.coldUsers }, (_, index) =>
          demoToken({ username: `reader-${index}`, groups: ['readers'] }, signKey),
        ),
      });
    const named = Object.entries(queries).map(([name, query]) => [
      name,
      () => measure(query, name === 'deep_page'),
    ]);
    return {
      variants: {
        ...Object.fromEntries(named),
        cold_rights: () => cold('evaluate'),
        cold_rights_reviewed: () => cold('review'),
      },
      close: async () => {
        await cluster.stop();
        await database.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  figures: (round) => ({
    ...Object.fromEntries(
      Object.keys(queries).flatMap((name) => [
        [`${name}_p50_ms`, round[name]?.['p50_ms'] ?? Number.NaN],
        [`${name}_p99_ms`, round[name]?.['p99_ms'] ?? Number.NaN],
        [`${name}_stolen_ms`, round[name]?.['stolen_ms'] ?? Number.NaN],
      ]),
    ),
    cold_rights_ms: round['cold_rights']?.['max_ms'] ?? Number.NaN,
    cold_rights_reviewed_ms: round['cold_rights_reviewed']?.['max_ms'] ?? Number.NaN,
  }),
};

/** Goes from page to page, as a reader does. @returns the parameter of the last one's cursor */
async function walk(url: string, token: string): Promise<string> {
  let parameter = '';
  for (let page = 0; page < settings.deepPage; page += 1) {
    const answer = await fetch(`${url}${parameter}`, { headers: { authorization: `Bearer ${token}` } });
    const { cursor } = (await answer.json()) as { cursor?: string };
    if (cursor === undefined) throw new Error(`Cannot read page ${page + 2}: there is none`);
    parameter = `&cursor=${encodeURIComponent(cursor)}`;
  }
  return parameter;
}
