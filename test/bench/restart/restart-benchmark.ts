import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../lib/local/free-port.ts';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark, Measures } from '../benchmark.ts';
import { startFunction, startHelper } from '../run-process.ts';
import { podText } from '../watch/pod-template.ts';

const settings = {
  objects: 100_000,
  bytes: podText(0, 1).length,
  broker: false,
  node: process.version,
} as const;

/**
 * A session of PostgreSQL that goes idle less than 1 s after it has told its counts tells the rest only 10 s later
 * (PGSTAT_IDLE_INTERVAL). With a wait of 2 s the last rows of the seeding, some 2,000, were told as
 * rows of the first round.
 */
const lateStatisticsMs = 11_000;

/**
 * resources-watcher started over 100,000 objects that the database has as they are. `seconds` is from the start of
 * its process until every object has been compared and nothing is under way: as a pod does it, with the resume
 * points of the one before, and (`without_resume_seconds`) with nothing but the cluster. Either way the
 * database writes no row.
 */
export const restartBenchmark: Benchmark = {
  name: 'restart',
  rounds: 3,
  settings,
  open: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubemirror-bench-'));
    const database = await openBenchDatabase();
    const api = await startHelper(new URL('../watch/serve-pods.ts', import.meta.url), {
      BENCH_OBJECTS: String(settings.objects),
      BENCH_CHANGES: '0',
    });
    const url = await database.fresh();
    const ingesterPort = String(await freePort());
    const ingester = await startFunction('resources-ingester', {
      DATABASE_URL: url,
      PORT: ingesterPort,
      METRICS_PORT: '0',
    });
    const environment = {
      ...writeFiles(folder, api.port),
      K_SINK: `http://127.0.0.1:${ingesterPort}/`,
      CLUSTER_NAME: 'bench',
      LEASE_NAMESPACE: 'bench',
    };
    const written = async () => {
      await delay(lateStatisticsMs);
      const text = `select sum(n_tup_ins + n_tup_upd + n_tup_del) as rows from pg_stat_user_tables
        where relname like 'resource%'`;
      return Number((await database.query(url, text)).rows[0]?.['rows']);
    };
    const stop = async () => {
      await ingester.stop();
      await api.stop();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    };
    const restart = async (more: Readonly<Record<string, string>>): Promise<Measures> => {
      const before = await written();
      const seconds = await follow({ ...environment, ...more });
      return { seconds, rows_written: (await written()) - before };
    };
    try {
      await follow(environment);
      const { rows } = await database.query(url, 'select count(*) as rows from resources');
      if (Number(rows[0]?.['rows']) !== settings.objects) {
        throw new Error(`Cannot measure a restart: ${rows[0]?.['rows']} rows, expected ${settings.objects}`);
      }
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      variants: {
        resumed: () => restart({}),
        without_resume: () => restart({ RESUME: 'false' }),
      },
      close: stop,
    };
  },
  figures: ({ resumed, without_resume: without }) => ({
    seconds: resumed?.['seconds'] ?? Number.NaN,
    rows_written: (resumed?.['rows_written'] ?? Number.NaN) + (without?.['rows_written'] ?? Number.NaN),
    without_resume_seconds: without?.['seconds'] ?? Number.NaN,
  }),
};

/** Runs a watcher until it has compared everything and nothing is under way. @returns how long that took */
async function follow(environment: Readonly<Record<string, string>>): Promise<number> {
  const metricsPort = await freePort();
  const startedMs = performance.now();
  const watcher = await startFunction('resources-watcher', {
    ...environment,
    PORT: String(await freePort()),
    METRICS_PORT: String(metricsPort),
  });
  try {
    // Manifests of 2,000 entries: so many say that the whole list has been sent.
    const manifests = Math.ceil(settings.objects / 2_000);
    for (;;) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const sent = sampleOf(
        text,
        'kubemirror_events_emitted_total',
        'type="io.kubemirror.resource.manifest"',
      );
      const inFlight = sampleOf(text, 'kubemirror_events_in_flight', '');
      if (sent >= manifests && inFlight === 0) return (performance.now() - startedMs) / 1_000;
      await delay(50);
    }
  } finally {
    await watcher.stop();
  }
}

function sampleOf(text: string, name: string, label: string): number {
  const line = text
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}{`) && candidate.includes(label));
  return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? 0);
}

function writeFiles(folder: string, apiPort: number): Record<string, string> {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const context = { name: 'bench', context: { cluster: 'bench', user: 'bench' } };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    contexts: [context],
    clusters: [{ name: 'bench', cluster: { server: `http://127.0.0.1:${apiPort}` } }],
    users: [{ name: 'bench', user: { token: 'none' } }],
  };
  return {
    KUBECONFIG: write('kubeconfig', JSON.stringify(kubeconfig)),
    STATIC_KINDS_FILE: write('static', '/v1/pods/Pod\n'),
    MANAGED_GROUPS_FILE: write('managed_groups', ''),
  };
}
