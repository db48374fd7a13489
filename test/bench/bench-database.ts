import pg from 'pg';
import { dayOf } from '../../lib/core/partition-plan.ts';
import { startPostgres } from '../../lib/local/postgres.ts';
import { migrate } from '../../lib/postgres/migrate.ts';
import { createPartition } from '../../lib/postgres/partitions.ts';

/** A PostgreSQL with its ordinary, durable settings, and a fresh migrated database for each run. */
export type BenchDatabase = {
  readonly fresh: () => Promise<string>;
  readonly query: (url: string, text: string) => Promise<pg.QueryResult>;
  readonly close: () => Promise<void>;
};

export async function openBenchDatabase(): Promise<BenchDatabase> {
  const existing = process.env['DATABASE_URL'];
  const server = existing === undefined ? await startPostgres() : undefined;
  const serverUrl = existing ?? server?.url() ?? '';
  const databases: string[] = [];

  const query = async (url: string, text: string): Promise<pg.QueryResult> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  };

  return {
    query,
    fresh: async () => {
      const name = `kubemirror_bench_${process.pid}_${databases.length}`;
      for (const previous of databases)
        await query(serverUrl, `drop database if exists ${previous} with (force)`);
      await query(serverUrl, `create database ${name}`);
      databases.push(name);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      await migrate({ connectionString: url.href });
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      for (const table of ['events', 'resource_history'] as const) {
        await createPartition(client, { table, day: dayOf(Date.now()) }, 5_000);
      }
      // Every run starts with the same distance to the next check-point and its full page writes.
      await client.query('checkpoint');
      await client.end();
      return url.href;
    },
    close: async () => {
      for (const name of databases) await query(serverUrl, `drop database if exists ${name} with (force)`);
      await server?.stop();
    },
  };
}
