import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { eventually } from '../../../test/support/eventually.ts';
import type { RowChange } from '../../core/row-change.ts';
import type { ChangeSource } from './change-source.ts';
import { createLogicalChangeSource } from './logical-change-source.ts';
import { createOutboxChangeSource } from './outbox-change-source.ts';

let database: TestDatabase;
const name = `kubemirror_test_${process.pid}`;

beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query(`
    create table items (id int primary key, title text, body jsonb, big bigint, seen timestamptz, tags text[],
      price numeric, flag boolean);
    alter table items replica identity full;
    create table noise (id bigint generated always as identity, filling text)`);
});
afterAll(() => database.drop());

type Kind = ChangeSource['kind'];

/** A source in this process whose deliveries the test decides about. */
function startSource(
  kind: Kind,
  options: {
    readonly deliver?: (change: RowChange) => Promise<void>;
    readonly maxInFlight?: number;
    readonly drainTimeoutMs?: number;
    readonly readerTimeoutMs?: number;
  } = {},
) {
  const changes: RowChange[] = [];
  const stopping = new AbortController();
  const create = kind === 'logical' ? createLogicalChangeSource : createOutboxChangeSource;
  const source: ChangeSource = create({
    connection: { connectionString: database.url, application_name: name },
    name,
    tables: [{ schema: 'public', name: 'items' }],
    deliver: async (change) => {
      await options.deliver?.(change);
      changes.push(change);
    },
    onUndecodable: () => Promise.reject(new Error('nothing here is undecodable')),
    maxInFlight: options.maxInFlight ?? 8,
    drainTimeoutMs: options.drainTimeoutMs ?? 5_000,
    readerTimeoutMs: options.readerTimeoutMs ?? 30_000,
    log: { info: () => {}, warn: () => {} },
    now: Date.now,
    random: () => 0.1,
  });
  const running = source.run(stopping.signal);
  // The test that expects a failure awaits it.
  running.catch(() => {});
  const stop = async () => {
    stopping.abort();
    await running;
  };
  stops.push(() => stop().catch(() => {}));
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
  await database.pool.query(`
    drop publication if exists ${name};
    drop trigger if exists kubemirror_record_change on items;
    drop trigger if exists kubemirror_record_truncate on items;
    delete from change_outbox;
    delete from change_outbox_readers`);
});

async function untilReading(source: ChangeSource): Promise<void> {
  await eventually(() => {
    expect(source.status().role).toBe('reading');
  });
}

async function insert(...ids: number[]): Promise<void> {
  await database.pool.query('insert into items (id) select unnest($1::int[])', [ids]);
}

/** As SIGKILL leaves it: the server sees the connection end, and no further acknowledgement. */
async function cutConnections(): Promise<void> {
  await database.pool.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
    [name],
  );
}

const ids = (changes: readonly RowChange[]) =>
  changes.flatMap((change) => ('row' in change ? [Number(change.row['id'])] : []));
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe.each<{ kind: Kind }>([{ kind: 'logical' }, { kind: 'outbox' }])(
  'the $kind change source',
  ({ kind }) => {
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
      // Three are under way at any time, so these many have committed, before the copy and after it.
      await eventually(() => expect(next).toBeGreaterThan(10));
      const { source, rows } = startSource(kind);
      await untilReading(source);
      const beforeReading = next;
      await eventually(() => expect(next).toBeGreaterThan(beforeReading + 10));
      writing = false;
      await Promise.all(writers);

      const expected = Array.from({ length: next - 1 }, (_, index) => index + 1);
      await eventually(() => {
        expect(sorted(ids(rows()))).toEqual(expected);
      });
      const operations = new Set(rows().map((change) => change.operation));
      expect(operations).toEqual(new Set(['snapshot', 'insert']));
    });

    it('says when the copy is complete, after all its rows', async () => {
      await insert(1, 2, 3);
      const { source, changes } = startSource(kind);
      await untilReading(source);
      expect(changes.map((change) => change.operation)).toEqual([
        'snapshot',
        'snapshot',
        'snapshot',
        'resynchronised',
      ]);
    });

    it('tells values as to_jsonb does, in the copy and after it, and the row before', async () => {
      const values = `'ä''"', '{"n": 12345678901234567890}', 9007199254740993,
        '2026-11-20 12:00:00.123456+01', '{a,"b c",null}', 1.50, true`;
      await database.pool.query(`insert into items values (1, ${values})`);
      const { source, changes } = startSource(kind);
      await untilReading(source);
      await database.pool.query(`set timezone = 'Asia/Tokyo'; insert into items values (2, ${values})`);
      await database.pool.query("update items set title = 'new' where id = 2");
      await database.pool.query("delete from items where id = 2; set timezone = 'UTC'");
      await eventually(() => {
        expect(changes.slice(2).map((change) => change.operation)).toEqual(['insert', 'update', 'delete']);
      });
      const { rows: expected } = await database.pool.query<{ text: string }>(
        "select to_jsonb(items) - 'id' as text from items",
      );
      const plain = changes.map((change) => {
        if (!('row' in change)) return undefined;
        const { id: _, ...row } = JSON.parse(JSON.stringify(change.row)) as Record<string, unknown>;
        return row;
      });
      expect(plain[0]).toEqual(expected[0]?.text);
      expect(plain[2]).toEqual(plain[0]);
      expect(plain[3]).toEqual({ ...plain[0], title: 'new' });
      expect(JSON.stringify(changes[3])).toContain('12345678901234567890');
      expect(JSON.stringify(changes[3])).toContain('9007199254740993');
      expect(changes[3]).toMatchObject({ key: '2', previous: { id: 2, title: 'ä\'"' } });
      expect(changes[4]).toMatchObject({ operation: 'delete', key: '2', row: { id: 2, title: 'new' } });
    });

    it('gives every change of a transaction a position of its own, and the same at redelivery', async () => {
      const seen: RowChange[] = [];
      const first = startSource(kind, {
        deliver: (change) => {
          if (change.operation !== 'insert') return Promise.resolve();
          seen.push(change);
          return new Promise(() => {});
        },
        drainTimeoutMs: 50,
      });
      await untilReading(first.source);
      await insert(1, 2, 3);
      await eventually(() => {
        expect(seen.length).toBe(3);
      });
      await first.stop();

      const second = startSource(kind);
      await eventually(() => {
        expect(ids(second.rows())).toEqual([1, 2, 3]);
      });
      const positions = second.rows().map((change) => change.position);
      expect(positions).toEqual(seen.map((change) => change.position));
      expect(new Set(positions.map((position) => position.commit)).size).toBe(1);
      expect(new Set(positions.map((position) => position.index)).size).toBe(3);
      await second.stop();
      const third = startSource(kind);
      await untilReading(third.source);
      await insert(4);
      await eventually(() => {
        expect(ids(third.rows())).toEqual([4]);
      });
      expect(third.source.status().copies).toBe(0);
    });

    it('delivers again what was sent but not acknowledged when its process was killed', async () => {
      const killed = startSource(kind, {
        deliver: (change) => (change.key === '2' ? new Promise(() => {}) : Promise.resolve()),
        drainTimeoutMs: 10,
      });
      await untilReading(killed.source);
      await insert(1);
      await insert(2);
      await insert(3);
      await eventually(() => {
        expect(ids(killed.rows())).toEqual([1, 3]);
      });
      await cutConnections();
      await killed.stop();

      const next = startSource(kind);
      // A slot forgets whole transactions in order, the outbox each change for itself.
      const expected = kind === 'logical' ? [2, 3] : [2];
      await eventually(() => {
        expect(ids(next.rows())).toEqual(expect.arrayContaining(expected));
      });
    });

    it('goes on by itself when its connections are cut again and again', async () => {
      const { source, rows } = startSource(kind);
      await untilReading(source);
      for (let id = 1; id <= 30; id += 1) {
        await insert(id);
        if (id % 10 === 0) await cutConnections();
      }
      await eventually(() => {
        expect(new Set(ids(rows()))).toEqual(new Set(Array.from({ length: 30 }, (_, index) => index + 1)));
      });
      expect(source.status().copies).toBe(1);
    });

    it('pauses while the sink is away, keeps its place, and goes on without loss', async () => {
      const sink = Promise.withResolvers<void>();
      const { source, rows } = startSource(kind, {
        deliver: (change) => (change.operation === 'insert' ? sink.promise : Promise.resolve()),
        maxInFlight: 4,
      });
      await untilReading(source);
      await database.pool.query(
        "insert into items (id, title) select n, repeat('x', 500) from generate_series(1, 20000) n",
      );
      await eventually(() => {
        expect(source.status().waiting).toBeGreaterThan(450);
      });
      await delay(300);
      // The window, and one socket chunk of small rows beyond it.
      expect(source.status().waiting).toBeLessThan(1_500);
      sink.resolve();
      await eventually(() => {
        expect(rows().length).toBe(20_000);
      });
      expect(ids(rows())).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1));
    });

    it('delivers the changes of one row one after the other, in commit order', async () => {
      const running = new Set<string>();
      let overlaps = 0;
      const { source, rows } = startSource(kind, {
        deliver: async (change) => {
          if (running.has(change.key)) overlaps += 1;
          running.add(change.key);
          await delay(1);
          running.delete(change.key);
        },
      });
      await untilReading(source);
      await insert(1, 2);
      const bump = async (id: number) => {
        for (let count = 1; count <= 40; count += 1) {
          await database.pool.query('update items set big = coalesce(big, 0) + 1 where id = $1', [id]);
        }
      };
      await Promise.all([bump(1), bump(2), bump(1)]);
      await eventually(() => {
        expect(rows().length).toBe(122);
      });
      expect(overlaps).toBe(0);
      for (const id of [1, 2]) {
        const counts = rows()
          .filter((change) => change.operation === 'update' && change.key === String(id))
          .map((change) => ('row' in change ? change.row['big'] : undefined));
        expect(counts).toEqual(Array.from({ length: id === 1 ? 80 : 40 }, (_, index) => index + 1));
      }
    });

    it('lets a second process stand by and take over', async () => {
      const first = startSource(kind);
      await untilReading(first.source);
      const second = startSource(kind);
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

    it('starts its copy over when that broke off half-way', async () => {
      await insert(1, 2, 3);
      const broken = startSource(kind, {
        deliver: (change) => (change.key === '2' ? new Promise(() => {}) : Promise.resolve()),
        drainTimeoutMs: 10,
      });
      await eventually(() => {
        expect(ids(broken.rows())).toEqual([1, 3]);
      });
      await broken.stop();
      await insert(4);
      const { source, rows } = startSource(kind);
      await untilReading(source);
      expect(ids(rows())).toEqual([1, 2, 3, 4]);
    });

    it('tells of a truncate', async () => {
      const { source, changes } = startSource(kind);
      await untilReading(source);
      await insert(1);
      await database.pool.query('truncate items');
      await eventually(() => {
        expect(changes.map((change) => change.operation)).toEqual(['resynchronised', 'insert', 'truncate']);
      });
    });

    it('leaves changes of a transaction that rolls back untold', async () => {
      const { source, rows } = startSource(kind);
      await untilReading(source);
      const client = await database.pool.connect();
      await client.query('begin');
      await client.query('insert into items (id) values (1)');
      await insert(2);
      await client.query('rollback');
      client.release();
      await eventually(() => {
        expect(ids(rows())).toEqual([2]);
      });
    });
  },
);

describe('the logical change source', () => {
  it('copies everything anew when the slot was dropped under it', async () => {
    await insert(1);
    const { source, changes, rows } = startSource('logical');
    await untilReading(source);
    await eventually(async () => {
      await cutConnections();
      await database.pool.query('select pg_drop_replication_slot($1)', [name]);
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
    const { source, rows } = startSource('logical');
    await untilReading(source);
    await database.pool.query(`drop publication ${name}`);
    await insert(1);
    await eventually(() => {
      expect(source.status()).toMatchObject({ role: 'reading', copies: 2 });
    });
    await insert(2);
    await eventually(() => {
      expect(new Set(ids(rows()))).toEqual(new Set([1, 2]));
    });
  });

  it('lets the log go while only other tables are written', async () => {
    const { source } = startSource('logical');
    await untilReading(source);
    await database.pool.query(
      "insert into noise (filling) select repeat('x', 1000) from generate_series(1, 5000)",
    );
    await eventually(async () => {
      const { rows } = await database.pool.query<{ lag: number }>(
        'select (pg_current_wal_lsn() - confirmed_flush_lsn)::float8 as lag from pg_replication_slots where slot_name = $1',
        [name],
      );
      expect(rows[0]?.lag).toBeLessThan(100_000);
    }, 30_000);
  });

  it('keeps its connection while the sink is away for longer than the server waits for a reader', async () => {
    const sink = Promise.withResolvers<void>();
    const { source, rows } = startSource('logical', {
      deliver: (change) => (change.operation === 'insert' ? sink.promise : Promise.resolve()),
      maxInFlight: 1,
      readerTimeoutMs: 1_500,
    });
    await untilReading(source);
    await database.pool.query('insert into items (id) select generate_series(1, 5000)');
    await eventually(() => {
      expect(source.status().waiting).toBeGreaterThan(500);
    });
    const pidOf = async () => {
      const { rows: slots } = await database.pool.query<{ active_pid: number | null }>(
        'select active_pid from pg_replication_slots where slot_name = $1',
        [name],
      );
      return slots[0]?.active_pid;
    };
    const before = await pidOf();
    await delay(4_000);
    expect(await pidOf()).toBe(before);
    sink.resolve();
    await eventually(() => {
      expect(rows().length).toBe(5_000);
    });
  });

  it('refuses a table whose deletes would not carry the row', async () => {
    await database.pool.query('alter table items replica identity default');
    try {
      await expect(startSource('logical').running).rejects.toThrow(
        'Cannot follow table "public.items": its replica identity is "d", expected "f"',
      );
    } finally {
      await database.pool.query('alter table items replica identity full');
    }
  });
});

describe('the outbox change source', () => {
  it('holds back what an older running transaction could still get in front of', async () => {
    const { source, rows } = startSource('outbox');
    await untilReading(source);
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query('insert into items (id) values (1)');
    await insert(2);
    await delay(200);
    expect(ids(rows())).toEqual([]);
    await client.query('commit');
    client.release();
    await eventually(() => {
      expect(ids(rows())).toEqual([1, 2]);
    });
  });

  it('delivers what shows up behind changes that it has delivered already', async () => {
    const { source, rows } = startSource('outbox');
    await untilReading(source);
    const [older, younger] = await Promise.all([database.pool.connect(), database.pool.connect()]);
    for (const client of [older, younger]) await client.query('begin; select pg_current_xact_id()');
    await younger.query('insert into items (id) values (1)');
    await older.query('insert into items (id) values (2); commit');
    await eventually(() => {
      expect(ids(rows())).toEqual([2]);
    });
    await younger.query('commit');
    for (const client of [older, younger]) client.release();
    await eventually(() => {
      expect(ids(rows())).toEqual([2, 1]);
    });
  });

  it('leaves nothing behind of what was delivered', async () => {
    const { source, rows } = startSource('outbox');
    await untilReading(source);
    await insert(1, 2, 3);
    await eventually(async () => {
      expect(rows().length).toBe(3);
      const { rows: left } = await database.pool.query('select from change_outbox');
      expect(left.length).toBe(0);
    });
  });

  it('copies everything anew when its triggers were dropped', async () => {
    const first = startSource('outbox');
    await untilReading(first.source);
    await first.stop();
    await database.pool.query('drop trigger kubemirror_record_change on items');
    await insert(1);
    const { source, rows } = startSource('outbox');
    await untilReading(source);
    expect(ids(rows())).toEqual([1]);
  });
});
