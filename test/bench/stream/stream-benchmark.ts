import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoToken } from '../../../lib/local/demo-tokens.ts';
import { freePort } from '../../../lib/local/free-port.ts';
import { boundedMemory } from '../../../lib/local/function-plan.ts';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark, Measures } from '../benchmark.ts';
import { runForJson, startFunction, startScript } from '../run-process.ts';

const settings = {
  clients: 2_000,
  users: 200,
  eventsPerSecond: 100,
  warmUpSeconds: 3,
  seconds: 15,
  namespaces: 50,
  allowedNamespaces: 20,
  loopback: true,
  fsync: true,
  /** Those of the manifest. */
  ...boundedMemory('events-presenter'),
} as const;

const signKey = 'a sign key of the stream benchmark only';

/**
 * From the moment when a writer begins to commit an event to the moment when a client has it, over all clients and
 * events: with one client, with 2,000 that each see two fifths of the events, and with 2,000 that see them all. Memory
 * is what the presenter takes beyond one without clients, while they are served. The floor is a bare server of the same
 * frames to the same clients: what this machine, the load generator beside it and the kernel's 200,000 frames a second
 * take by themselves.
 */
export const streamBenchmark: Benchmark = {
  name: 'stream',
  rounds: 3,
  settings,
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kubemirror-stream-'));
    const database = await openBenchDatabase();
    const kubeconfig = join(folder, 'kubeconfig');
    const cluster = await startScript(new URL('../serve-cluster.ts', import.meta.url), {
      environment: {
        BENCH_NAMESPACES: String(settings.namespaces),
        BENCH_ALLOWED_NAMESPACES: String(settings.allowedNamespaces),
        BENCH_KUBECONFIG: kubeconfig,
      },
    });
    const tokens = async (group: string) =>
      Promise.all(
        Array.from({ length: settings.users }, (_, index) =>
          demoToken({ username: `user-${index}`, groups: [group] }, signKey),
        ),
      );
    const measure = (
      clients: number,
      group: string,
      server: { readonly databaseUrl: string; readonly port: number; readonly pid: number },
    ): Promise<Measures> =>
      tokens(group).then((list) =>
        runForJson<Measures>(new URL('./follow-streams.ts', import.meta.url), {
          BENCH_DATABASE_URL: server.databaseUrl,
          BENCH_PORT: String(server.port),
          BENCH_PRESENTER_PID: String(server.pid),
          BENCH_TOKENS: JSON.stringify(list),
          BENCH_CLIENTS: String(clients),
          BENCH_NAMESPACES: String(settings.namespaces),
          BENCH_PER_SECOND: String(settings.eventsPerSecond),
          BENCH_WARM_UP_SECONDS: String(settings.warmUpSeconds),
          BENCH_SECONDS: String(settings.seconds),
        }),
      );
    const follow = async (clients: number, group: string): Promise<Measures> => {
      const databaseUrl = await database.fresh();
      const port = await freePort();
      const presenter = await startFunction('events-presenter', {
        DATABASE_URL: databaseUrl,
        KUBECONFIG: kubeconfig,
        CLUSTER_NAME: 'bench',
        JWT_SIGN_KEY: signKey,
        PORT: String(port),
        METRICS_PORT: '0',
        ...boundedMemory('events-presenter'),
      });
      try {
        return await measure(clients, group, { databaseUrl, port, pid: presenter.pid });
      } finally {
        await presenter.stop();
      }
    };
    const followFloor = async (): Promise<Measures> => {
      const databaseUrl = await database.fresh();
      const server = await startScript(new URL('./serve-floor.ts', import.meta.url), {
        environment: { BENCH_DATABASE_URL: databaseUrl },
      });
      try {
        const { port, pid } = server.line as { port: number; pid: number };
        return await measure(settings.clients, 'system:masters', { databaseUrl, port, pid });
      } finally {
        await server.stop();
      }
    };
    return {
      variants: {
        one: () => follow(1, 'readers'),
        some: () => follow(settings.clients, 'readers'),
        all: () => follow(settings.clients, 'system:masters'),
        floor: followFloor,
      },
      close: async () => {
        await cluster.stop();
        await database.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  figures: ({ one, some, all, floor }) => ({
    p50_ms: all?.['p50_ms'] ?? Number.NaN,
    p99_ms: all?.['p99_ms'] ?? Number.NaN,
    kb_per_client: all?.['kb_per_client'] ?? Number.NaN,
    received: all?.['received'] ?? Number.NaN,
    some_p50_ms: some?.['p50_ms'] ?? Number.NaN,
    some_p99_ms: some?.['p99_ms'] ?? Number.NaN,
    some_kb_per_client: some?.['kb_per_client'] ?? Number.NaN,
    floor_p99_ms: floor?.['p99_ms'] ?? Number.NaN,
    floor_kb_per_client: floor?.['kb_per_client'] ?? Number.NaN,
    p99_to_floor: (all?.['p99_ms'] ?? Number.NaN) / (floor?.['p99_ms'] ?? Number.NaN),
    one_p50_ms: one?.['p50_ms'] ?? Number.NaN,
    one_p99_ms: one?.['p99_ms'] ?? Number.NaN,
  }),
};
