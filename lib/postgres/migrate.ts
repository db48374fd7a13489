import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

/**
 * Brings the schema up to date with `sql/migrations`, each file in its own transaction. Two that start at once
 * take turns under an advisory lock: the second waits and finds nothing to do.
 * A dedicated connection is used, because the lock lives as long as its session.
 * @returns names of the migrations that were run
 */
export async function migrate(
  connection: pg.ClientConfig,
  options: { readonly folder?: string; readonly onInfo?: (message: string) => void } = {},
): Promise<string[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const run = await runner({
      dbClient: client,
      dir: options.folder ?? migrationsFolder,
      direction: 'up',
      migrationsTable: 'schema_migrations',
      advisoryLockMode: 'wait',
      singleTransaction: false,
      logger: {
        debug: () => {},
        info: (message) => options.onInfo?.(message),
        warn: (message) => options.onInfo?.(message),
        error: (message) => options.onInfo?.(message),
      },
    });
    return run.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

/** `sql/migrations` of this checkout or image. */
const migrationsFolder = fileURLToPath(new URL('../../sql/migrations', import.meta.url));
