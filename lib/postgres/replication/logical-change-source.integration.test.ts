import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import type { RowChange } from '../../core/row-change.ts';
import type { ChangeSource } from './change-source.ts';
import { createLogicalChangeSource } from './logical-change-source.ts';

let database: TestDatabase;
const slot = `kubemirror_test_${process.pid}`;

beforeAll(async () => {
  database = await testDatabase({ empty: true });
  await database.pool.query(`
    create table items (id int primary key, title text, body jsonb, big bigint, seen timestamptz, tags text[]);
    alter table items replica identity full;
    create table noise (id bigint generated always as identity, filling text)`);
});
afterAll(() => database.drop());

const silentLog = { info: () => {}, warn: () => {} };

/** A source in this process whose deliveries the test decides about. */
function startSource(
  options: {
    readonly deliver?: (change: RowChange) => Promise<void>;
    readonly maxInFlight?: number;
    readonly drainTimeoutMs?: number;
  } = {},
) {
  const changes: RowChange[] = [];
  const stopping = new AbortController();
  const source: ChangeSource = createLogicalChangeSource({
    connection: { connectionString: database.url },
    name: slot,
    tables: [{ schema: 'public', name: 'items' }],
    deliver: async (change) => {
      await options.deliver?.(change);
      changes.push(change);
    },
    onUndecodable: () => Promise.reject(new Error('nothing here is undecodable')),
    maxInFlight: options.maxInFlight ?? 8,
    drainTimeoutMs: options.drainTimeoutMs ?? 5_000,
    log: silentLog,
    now: Date.now,
    random: () => 0.1,
  });
  const running = source.run(stopping.signal);
  running.catch(() => {});
  const stop = async () => {
    stopping.abort();
    await running;
  };
  stops.push(stop);
  return { changes, source, stop, running, rows: () => changes.filter((change) => 'row' in change) };
}

const stops: (() => Promise<void>)[] = [];
beforeEach(async () => {
  await database.pool.query('truncate items');
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await eventually(async () => {
    await database.pool.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()',
    );
  });
  await database.pool.query(`drop publication if exists ${slot}`);
});

async function eventually(check: () => void | Promise<void>, timeoutMs = 20_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await delay(20);
    }
  }
}

async function untilReading(source: ChangeSource): Promise<void> {
  await eventually(() => {
    expect(source.status().role).toBe('reading');
  });
}

async function insert(...ids: number[]): Promise<void> {
  await database.pool.query('insert into items (id) select unnest($1::int[])', [ids]);
}

const ids = (changes: readonly RowChange[]) =>
  changes.flatMap((change) => ('row' in change ? [change.row['id']] : []));

async function confirmedLag(): Promise<number> {
  const { rows } = await database.pool.query<{ lag: string }>(
    'select pg_current_wal_lsn() - confirmed_flush_lsn as lag from pg_replication_slots where slot_name = $1',
    [slot],
  );
  return Number(rows[0]?.lag ?? Number.NaN);
}

describe('the logical change source', () => {
  it('copies what is there, then follows, without gap and without double', async () => {
    let next = 1;
    let writing = true;
    const write = async () => {
      while (writing) {
        const id = next;
        next += 1;
        await insert(id);
      }
    };
    const writers = [write(), write(), write()];
    await delay(50);
    const { source, rows } = startSource();
    await untilReading(source);
    await delay(100);
    writing = false;
    await Promise.all(writers);

    const expected = Array.from({ length: next - 1 }, (_, index) => index + 1);
    await eventually(() => {
      expect(ids(rows()).toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
    });
    const operations = new Set(rows().map((change) => change.operation));
    expect(operations).toEqual(new Set(['snapshot', 'insert']));
  });

  it('says when the copy is complete, after all its rows', async () => {
    await insert(1, 2, 3);
    const { source, changes } = startSource();
    await untilReading(source);
    expect(changes.map((change) => change.operation)).toEqual([
      'snapshot',
      'snapshot',
      'snapshot',
      'resynchronised',
    ]);
  });

  it('tells values as to_jsonb does, and the row before', async () => {
    const { source, changes } = startSource();
    await untilReading(source);
    await database.pool.query(`
      insert into items values (1, 'ä''"', '{"n": 12345678901234567890}', 9007199254740993,
        '2026-11-20 12:00:00.123456+01', '{a,"b c",null}')`);
    await database.pool.query("update items set title = 'new' where id = 1");
    const { rows: expected } = await database.pool.query<{ text: string }>(
      "set timezone = 'UTC'; select to_jsonb(items)::text as text from items".split(';')[1] ?? '',
    );
    await database.pool.query('delete from items');
    await eventually(() => {
      expect(changes.slice(1).map((change) => change.operation)).toEqual(['insert', 'update', 'delete']);
    });
    const update = changes[2];
    expect(JSON.parse(JSON.stringify(update && 'row' in update && update.row))).toEqual(
      JSON.parse(expected[0]?.text ?? ''),
    );
    expect(JSON.stringify(update && 'row' in update && update.row)).toContain('12345678901234567890');
    expect(JSON.stringify(update)).toContain('9007199254740993');
    expect(update).toMatchObject({ previous: { id: 1, title: 'ä\'"' } });
    expect(changes[3]).toMatchObject({ operation: 'delete', key: '1', row: { id: 1, title: 'new' } });
  });

  it('gives every change of a transaction a position of its own, and the same at redelivery', async () => {
    let refuse = true;
    const first = startSource({
      deliver: (change) =>
        refuse && change.operation === 'insert' ? new Promise(() => {}) : Promise.resolve(),
      drainTimeoutMs: 50,
    });
    await untilReading(first.source);
    await insert(1, 2, 3);
    await eventually(() => {
      expect(first.source.status().inFlight).toBe(3);
    });
    await first.stop();
    refuse = false;

    const second = startSource();
    await eventually(() => {
      expect(ids(second.rows())).toEqual([1, 2, 3]);
    });
    const positions = second.rows().map((change) => change.position);
    expect(new Set(positions.map((position) => position.commit)).size).toBe(1);
    expect(positions.map((position) => position.index)).toEqual([0, 1, 2]);
    await second.stop();
    const third = startSource();
    await untilReading(third.source);
    await insert(4);
    await eventually(() => {
      expect(ids(third.rows())).toEqual([4]);
    });
    expect(third.source.status().copies).toBe(0);
  });

  it('delivers again what was sent but not acknowledged when its process was killed', async () => {
    const held = Promise.withResolvers<void>();
    const killed = startSource({
      deliver: (change) => (change.key === '2' ? held.promise : Promise.resolve()),
      drainTimeoutMs: 10,
    });
    await untilReading(killed.source);
    await insert(1);
    await insert(2);
    await insert(3);
    await eventually(() => {
      expect(ids(killed.rows())).toEqual([1, 3]);
    });
    await delay(250);
    // As SIGKILL leaves it: the server sees the connection end, and no further acknowledgement.
    await database.pool.query(
      'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1',
      [slot],
    );
    await killed.stop();

    const next = startSource();
    await eventually(() => {
      expect(ids(next.rows())).toEqual([2, 3]);
    });
  });

  it('pauses while the sink is away, keeps its connection, and goes on without loss', async () => {
    const sink = Promise.withResolvers<void>();
    const { source, rows } = startSource({
      deliver: (change) => (change.operation === 'insert' ? sink.promise : Promise.resolve()),
      maxInFlight: 4,
    });
    await untilReading(source);
    await database.pool.query(
      'insert into items (id, title) select n, repeat($1, 500) from generate_series(1, 20000) n',
      ['x'],
    );
    await eventually(() => {
      expect(source.status().waiting).toBeGreaterThan(500);
    });
    await delay(300);
    // A socket chunk of small rows at most beyond the bound.
    expect(source.status().waiting).toBeLessThan(1_500);
    sink.resolve();
    await eventually(() => {
      expect(rows().length).toBe(20_000);
    });
    expect(ids(rows())).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1));
  });

  it('lets a second process stand by and take over', async () => {
    const first = startSource();
    await untilReading(first.source);
    const second = startSource();
    await eventually(() => {
      expect(second.source.status().role).toBe('standby');
    });
    await insert(1);
    await eventually(() => {
      expect(ids(first.rows())).toEqual([1]);
    });
    await first.stop();
    await insert(2);
    await eventually(() => {
      expect(ids(second.rows())).toEqual([2]);
    });
  });

  it('copies everything anew when the slot was dropped under it', async () => {
    await insert(1);
    const { source, changes, rows } = startSource();
    await untilReading(source);
    await eventually(async () => {
      await database.pool.query(
        'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1',
        [slot],
      );
      await database.pool.query('select pg_drop_replication_slot($1)', [slot]);
    });
    await insert(2);
    await eventually(() => {
      expect(source.status()).toMatchObject({ role: 'reading', copies: 2 });
    });
    await insert(3);
    await eventually(() => {
      expect(new Set(ids(rows()))).toEqual(new Set([1, 2, 3]));
    });
    expect(changes.filter((change) => change.operation === 'resynchronised').length).toBe(2);
  });

  it('copies everything anew when its publication was dropped', async () => {
    const { source, rows } = startSource();
    await untilReading(source);
    await database.pool.query(`drop publication ${slot}`);
    await insert(1);
    await eventually(() => {
      expect(source.status()).toMatchObject({ role: 'reading', copies: 2 });
    });
    await insert(2);
    await eventually(() => {
      expect(new Set(ids(rows()))).toEqual(new Set([1, 2]));
    });
  });

  it('starts its copy over when that broke off half-way', async () => {
    await insert(1, 2, 3);
    const broken = startSource({
      deliver: (change) => (change.key === '2' ? new Promise(() => {}) : Promise.resolve()),
      drainTimeoutMs: 10,
    });
    await eventually(() => {
      expect(ids(broken.rows())).toEqual([1, 3]);
    });
    await broken.stop();
    const { source, rows } = startSource();
    await untilReading(source);
    expect(ids(rows())).toEqual([1, 2, 3]);
  });

  it('lets the log go while only other tables are written', async () => {
    const { source } = startSource();
    await untilReading(source);
    await database.pool.query(
      "insert into noise (filling) select repeat('x', 1000) from generate_series(1, 5000)",
    );
    await eventually(async () => {
      expect(await confirmedLag()).toBeLessThan(100_000);
    }, 30_000);
  });

  it('tells of a truncate', async () => {
    const { source, changes } = startSource();
    await untilReading(source);
    await insert(1);
    await database.pool.query('truncate items');
    await eventually(() => {
      expect(changes.map((change) => change.operation)).toEqual(['resynchronised', 'insert', 'truncate']);
    });
  });

  it('refuses a table whose deletes would not carry the row', async () => {
    await database.pool.query('alter table items replica identity default');
    try {
      await expect(startSource().running).rejects.toThrow(
        'Cannot follow table "public.items": its replica identity is "d", expected "f"',
      );
      stops.length = 0;
    } finally {
      await database.pool.query('alter table items replica identity full');
    }
  });
});
