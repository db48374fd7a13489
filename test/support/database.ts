import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** A database of one test file's own. */
export type TestDatabase = {
  /** Connection string, for what makes its own pool. */
  readonly url: string;
  /** For arranging and looking; at most 4 connections. */
  readonly pool: pg.Pool;
  /** Ends the pool and removes the database, whoever is still connected. */
  readonly drop: () => Promise<void>;
};

/**
 * A fresh copy of the run's migrated template database. Call it in `beforeAll`, `drop()` in `afterAll`.
 * @param options.empty an empty database instead, for what tests the migrations themselves
 */
export async function testDatabase(options: { readonly empty?: boolean } = {}): Promise<TestDatabase> {
  const serverUrl = inject('databaseServerUrl');
  const template = options.empty ? 'template0' : inject('databaseTemplate');
  const name = `kubemirror_test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name} template ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 4 });
  // Tests kill the server and drop databases; what a test's own query needs, it learns from that query.
  pool.on('error', () => {});
  return {
    url: url.href,
    pool,
    drop: async () => {
      await pool.end();
      await onServer(serverUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
