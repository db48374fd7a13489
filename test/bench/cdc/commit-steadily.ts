import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Writers at work at a time: more than the rate needs where a commit takes some milliseconds. */
const writers = 16;

/** AppConfigs `bench-0` and so on. */
export async function insertAppConfigs(databaseUrl: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    "insert into app_configs (name, repository_url, environment) select 'bench-' || n, 'https://example.org/r', 'dev' from generate_series(0, $1::int - 1) as n",
    [count],
  );
  await client.end();
}

/**
 * Changes one AppConfig after the other, each in a commit of its own, at a steady rate whatever the answers take.
 * @param onCommitted gets the name and its new generation as soon as the writer knows
 */
export async function commitSteadily(
  databaseUrl: string,
  options: {
    readonly rows: number;
    readonly perSecond: number;
    readonly seconds: number;
    readonly onCommitted: (name: string, generation: number) => void;
  },
): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: writers });
  const total = options.perSecond * options.seconds;
  const startedAtMs = performance.now();
  const pending: Promise<void>[] = [];
  const commit = async (index: number): Promise<void> => {
    const name = `bench-${index % options.rows}`;
    const { rows } = await pool.query<{ generation: number }>(
      'update app_configs set branch = $2 where name = $1 returning generation::int as generation',
      [name, `b-${index}`],
    );
    options.onCommitted(name, rows[0]?.generation ?? 0);
  };
  for (let index = 0; index < total; index += 1) {
    const dueMs = startedAtMs + (index * 1_000) / options.perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 1) await delay(waitMs);
    pending.push(commit(index));
  }
  await Promise.all(pending);
  await pool.end();
}
