import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from './postgres.ts';

const databaseName = 'kubemirror';

export type LocalDatabase = {
  readonly url: string;
  readonly what: string;
  readonly stop: () => Promise<void>;
};

/** The server that `DATABASE_URL` or `DB_HOST` names, else an embedded one under the data folder. */
export async function localDatabase(options: {
  readonly dataDir: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<LocalDatabase> {
  const existing = existingUrl(options.environment);
  if (existing !== undefined)
    return { url: existing, what: 'the server of the environment', stop: async () => {} };
  const server = await startPostgres({ folder: join(options.dataDir, 'postgres'), port: options.port });
  try {
    await createDatabase(server.url());
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: server.url(databaseName), what: 'embedded PostgreSQL', stop: server.stop };
}

function existingUrl(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (environment['DATABASE_URL']) return environment['DATABASE_URL'];
  if (!environment['DB_HOST']) return undefined;
  const url = new URL(`postgres://${environment['DB_HOST']}:${environment['DB_PORT'] ?? '5432'}`);
  url.username = encodeURIComponent(environment['DB_USER'] ?? '');
  url.password = encodeURIComponent(environment['DB_PASS'] ?? '');
  url.pathname = `/${environment['DB_NAME'] ?? 'krateo-db'}`;
  url.search = environment['DB_PARAMS'] ?? '';
  return url.href;
}

async function createDatabase(serverUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
}
