import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { type PostgresServer, startPostgres } from '../local/postgres.ts';
import { listen } from './listen.ts';

let folder: string;
let server: PostgresServer;

beforeAll(async () => {
  folder = temporaryFolder('listen');
  const primary = await startPostgres({ folder, unsafeButFast: true });
  await primary.stop();
  // Without a primary to follow it stays a hot standby for ever, as a replica of one that writes nothing.
  await writeFile(join(primary.folder, 'data', 'standby.signal'), '');
  server = await startPostgres({ folder, unsafeButFast: true });
}, 120_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

it('keeps a connection to a replica, which cannot LISTEN, and listens once it is promoted', async () => {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  const errors: unknown[] = [];
  let wakes = 0;
  const listener = listen({
    connection: { connectionString: server.url() },
    onWake: {
      kubemirror_events: () => {
        wakes += 1;
      },
    },
    onError: (error) => errors.push(error),
    aliveCheckMs: 50,
  });
  await eventually(() => expect(listener.isConnected()).toBe(true));
  const { rows } = await client.query('select pg_is_in_recovery() as replica');
  expect(rows).toEqual([{ replica: true }]);

  await client.query('select pg_promote()');
  const before = wakes;
  await eventually(async () => {
    await client.query('notify kubemirror_events');
    expect(wakes).toBeGreaterThan(before + 1);
  });
  expect(errors).toEqual([]);
  await listener.stop();
  await client.end();
});
