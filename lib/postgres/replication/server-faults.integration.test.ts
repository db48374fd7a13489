import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { type PostgresServer, startPostgres } from '../../local/postgres.ts';
import { migrate } from '../migrate.ts';
import type { ChangeSource } from './change-source.ts';
import { chooseChangeSource } from './choose-change-source.ts';
import { createLogicalChangeSource } from './logical-change-source.ts';
import { createOutboxChangeSource } from './outbox-change-source.ts';

/** Servers of this file's own: it kills them, and lets one lose its slot. */
let server: PostgresServer;
let replicaOnly: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ settings: { max_slot_wal_keep_size: '16MB', max_wal_size: '32MB' } });
  replicaOnly = await startPostgres({ unsafeButFast: true, settings: { wal_level: 'replica' } });
  for (const { url } of [server, replicaOnly]) await migrate({ connectionString: url() });
  await run(
    server,
    'create table items (id int primary key); alter table items replica identity full; create table noise (filling text)',
  );
});
afterAll(async () => {
  await Promise.all([server.stop(), replicaOnly.stop()]);
});

async function run(on: PostgresServer, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: on.url() });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

function start(source: ChangeSource): { running: Promise<void> } {
  const stopping = new AbortController();
  const running = source.run(stopping.signal);
  stops.push(async () => {
    stopping.abort();
    await running;
  });
  return { running };
}

function logicalSource(name: string, deliver: (key: string) => Promise<void>) {
  return createLogicalChangeSource({
    connection: { connectionString: server.url() },
    name,
    tables: [{ schema: 'public', name: 'items' }],
    deliver: (change) => deliver(change.key),
    onUndecodable: () => Promise.reject(new Error('nothing here is undecodable')),
    maxInFlight: 8,
    drainTimeoutMs: 100,
    log: { info: () => {}, warn: () => {} },
    now: Date.now,
    random: () => 0.1,
  });
}

describe('the logical change source', () => {
  it('loses nothing when the server crashes again and again', async () => {
    const seen = new Set<string>();
    const source = logicalSource('crashes', async (key) => {
      seen.add(key);
    });
    start(source);
    await eventually(() => {
      expect(source.status().role).toBe('reading');
    });
    for (let id = 1; id <= 30; id += 1) {
      await run(server, `insert into items values (${id})`);
      if (id % 10 !== 0) continue;
      await server.kill();
      await server.start();
    }
    await eventually(() => {
      expect(
        Array.from({ length: 30 }, (_, index) => String(index + 1)).filter((key) => !seen.has(key)),
      ).toEqual([]);
    });
    expect(source.status().copies).toBe(1);
  });

  it('copies everything anew when the server has thrown away the log of a sink that was away', async () => {
    const seen = new Set<string>();
    let isAway = true;
    const sinkIsBack = Promise.withResolvers<void>();
    const source = logicalSource('lost', async (key) => {
      if (isAway && Number(key) >= 1000) await sinkIsBack.promise;
      seen.add(key);
    });
    start(source);
    await eventually(() => {
      expect(source.status().role).toBe('reading');
    });
    await run(server, 'insert into items select generate_series(1000, 2999)');
    for (let round = 0; round < 8; round += 1) {
      await run(server, "insert into noise select repeat('x', 1000) from generate_series(1, 10000)");
      await run(server, 'checkpoint');
    }
    await eventually(async () => {
      const { rows } = await run(
        server,
        "select wal_status from pg_replication_slots where slot_name = 'lost'",
      );
      expect(rows).not.toEqual([{ wal_status: 'reserved' }]);
    });
    isAway = false;
    sinkIsBack.resolve();
    await run(server, 'insert into items values (5000)');
    await eventually(() => {
      expect(source.status().copies).toBe(2);
      expect(seen.has('5000')).toBe(true);
      expect(
        Array.from({ length: 2000 }, (_, index) => String(index + 1000)).filter((key) => !seen.has(key)),
      ).toEqual([]);
    }, 40_000);
  });
});

describe('chooseChangeSource()', () => {
  it('takes a slot where the server has a logical log', async () => {
    expect(await chooseChangeSource({ connectionString: server.url() }, 'auto')).toMatchObject({
      kind: 'logical',
    });
  });

  it('takes the outbox where it has none, and that one works there', async () => {
    const connection = { connectionString: replicaOnly.url() };
    expect(await chooseChangeSource(connection, 'auto')).toMatchObject({
      kind: 'outbox',
      reason: 'wal_level is "replica", not "logical"',
    });
    const seen: string[] = [];
    const source = createOutboxChangeSource({
      connection,
      name: 'fallback',
      tables: [{ schema: 'public', name: 'app_configs' }],
      deliver: async (change) => {
        seen.push(change.operation);
      },
      maxInFlight: 8,
      drainTimeoutMs: 100,
      log: { info: () => {}, warn: () => {} },
      now: Date.now,
      random: () => 0.1,
    });
    start(source);
    await eventually(() => {
      expect(source.status().role).toBe('reading');
    });
    await run(
      replicaOnly,
      "insert into app_configs (name, repository_url, environment) values ('a', 'https://example.org/a', 'dev')",
    );
    await eventually(() => {
      expect(seen).toEqual(['resynchronised', 'insert']);
    });
  });

  it('ends the recording of an earlier poller where a slot takes over', async () => {
    await run(
      server,
      'create trigger kubemirror_record_change after insert on items execute function record_change()',
    );
    await chooseChangeSource({ connectionString: server.url() }, 'auto');
    const { rows } = await run(
      server,
      "select tgname from pg_trigger where tgname like 'kubemirror_record%'",
    );
    expect(rows).toEqual([]);
  });
});
