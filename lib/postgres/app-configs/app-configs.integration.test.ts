import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { findDue } from './find-due.ts';
import { listRenderInputs, readRenderInputs } from './read-render-inputs.ts';
import { type RecordedOutcome, recordOutcomes } from './record-outcomes.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('delete from app_configs');
  await database.pool.query('delete from app_config_status');
  await database.pool.query('delete from app_config_history');
});

async function insert(name: string, id: string = randomUUID()): Promise<string> {
  await database.pool.query(
    "insert into app_configs (id, name, repository_url, environment) values ($1, $2, 'https://example.org/r', 'dev')",
    [id, name],
  );
  return id;
}

async function read(id: string) {
  const [input] = await readRenderInputs(database.pool, [id]);
  return input;
}

const applied = (id: string, generation: number, goneNames: string[] = []): RecordedOutcome => ({
  id,
  generation,
  phase: 'applied',
  revision: '7',
  goneNames,
});
const pruned = (id: string, generation: number): RecordedOutcome => ({
  id,
  generation,
  phase: 'pruned',
  goneNames: [],
});

async function history(id: string) {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `select generation::int, operation, name, phase, position is not null as told
     from app_config_history where id = $1 order by generation`,
    [id],
  );
  return rows;
}

describe('a change of an AppConfig', () => {
  it('raises its generation, notes the name it will have, and waits for the renderer', async () => {
    const id = await insert('one');
    await database.pool.query("update app_configs set name = 'two' where id = $1", [id]);
    expect(await read(id)).toMatchObject({
      row: { name: 'two', generation: 2, deleted: false },
      status: { generation: 2, renderedNames: ['one', 'two'], phase: 'pending', deleteWanted: false },
    });
  });

  it('that changes nothing has no generation of its own', async () => {
    const id = await insert('one');
    await database.pool.query("update app_configs set name = 'one' where id = $1", [id]);
    expect((await read(id))?.row?.generation).toBe(1);
    expect((await history(id)).length).toBe(1);
  });

  it('never lets a generation fall, also when the same id comes again', async () => {
    const id = await insert('one');
    await database.pool.query('delete from app_configs where id = $1', [id]);
    await insert('again', id);
    expect((await read(id))?.row?.generation).toBe(3);
    expect((await history(id)).map(({ operation }) => operation)).toEqual(['created', 'deleted', 'created']);
  });

  it('cannot take a name that another live row has, but one that was deleted', async () => {
    const id = await insert('one');
    await expect(insert('one')).rejects.toMatchObject({ code: '23505' });
    await database.pool.query('update app_configs set deleted_at = now() where id = $1', [id]);
    await insert('one');
  });

  it.each(['', '../x', '/etc/x', 'UPPER', 'a_b', 'ä', 'x'.repeat(64), 'a\n'])(
    'cannot give it the name %j',
    async (name) => {
      await expect(insert(name)).rejects.toMatchObject({ code: '23514' });
    },
  );

  it('cannot give its repository a password', async () => {
    const id = await insert('one');
    await expect(
      database.pool.query(
        "update app_configs set repository_url = 'https://user:secret@example.org/r' where id = $1",
        [id],
      ),
    ).rejects.toMatchObject({ code: '23514' });
    await database.pool.query(
      "update app_configs set repository_url = 'ssh://git@example.org:22/r' where id = $1",
      [id],
    );
  });
});

describe('recordOutcomes()', () => {
  it('settles the newest generation, supersedes those before it and forgets names that are gone', async () => {
    const id = await insert('one');
    await database.pool.query("update app_configs set name = 'two' where id = $1", [id]);
    expect(await recordOutcomes(database.pool, [applied(id, 2, ['one'])])).toEqual(['current']);
    expect((await read(id))?.status).toMatchObject({
      phase: 'applied',
      observedGeneration: 2,
      renderedNames: ['two'],
    });
    expect(await history(id)).toEqual([
      { generation: 1, operation: 'created', name: 'one', phase: 'superseded', told: true },
      { generation: 2, operation: 'updated', name: 'two', phase: 'applied', told: true },
    ]);
  });

  it('leaves a newer change waiting, and the name that it may have come back to', async () => {
    const id = await insert('one');
    await database.pool.query("update app_configs set name = 'two' where id = $1", [id]);
    await database.pool.query("update app_configs set name = 'one' where id = $1", [id]);
    expect(await recordOutcomes(database.pool, [applied(id, 2, ['one'])])).toEqual(['newer']);
    expect((await read(id))?.status).toMatchObject({ phase: 'pending', renderedNames: ['one', 'two'] });
  });

  it('ends a soft delete only when it was confirmed for its very generation', async () => {
    const id = await insert('one');
    await recordOutcomes(database.pool, [applied(id, 1)]);
    await database.pool.query('update app_configs set deleted_at = now() where id = $1', [id]);
    expect(await recordOutcomes(database.pool, [pruned(id, 1)])).toEqual(['newer']);
    expect((await read(id))?.row).toMatchObject({ deleted: true });
    expect(await recordOutcomes(database.pool, [pruned(id, 2)])).toEqual(['current']);
    expect(await read(id)).toBeUndefined();
    expect((await history(id)).at(-1)).toMatchObject({ operation: 'deleted', phase: 'pruned' });
  });

  it('keeps the trace of a row that was deleted by SQL until its removal is confirmed', async () => {
    const id = await insert('one');
    await database.pool.query('delete from app_configs where id = $1', [id]);
    expect(await read(id)).toMatchObject({
      row: undefined,
      status: { generation: 2, deleteWanted: true, renderedNames: ['one'], phase: 'pending' },
    });
    await recordOutcomes(database.pool, [pruned(id, 2)]);
    expect(await read(id)).toBeUndefined();
  });

  it('counts attempts and says when the next one is due', async () => {
    const id = await insert('one');
    const failed: RecordedOutcome = {
      id,
      generation: 1,
      phase: 'failed',
      reason: 'Unavailable',
      message: 'no answer',
      retryAt: new Date(0).toISOString(),
      goneNames: [],
    };
    await recordOutcomes(database.pool, [failed]);
    await recordOutcomes(database.pool, [failed]);
    expect((await read(id))?.status).toMatchObject({ phase: 'failed', attempts: 2 });
    expect(await findDue(database.pool, { untoldAfterMs: 60_000, limit: 10 })).toEqual([id]);
    await recordOutcomes(database.pool, [{ ...failed, retryAt: '2999-01-01T00:00:00Z' }]);
    expect(await findDue(database.pool, { untoldAfterMs: 0, limit: 10 })).toEqual([]);
    await recordOutcomes(database.pool, [applied(id, 1)]);
    expect((await read(id))?.status).toMatchObject({ phase: 'applied', attempts: 0 });
  });

  it("does not tell a late failure after another renderer's success with a newer generation or a delete", async () => {
    const failed = (id: string): RecordedOutcome => ({
      id,
      generation: 1,
      phase: 'failed',
      reason: 'Unavailable',
      retryAt: new Date(0).toISOString(),
      goneNames: [],
    });
    const [changed, deleted] = [await insert('one'), await insert('two')];
    await database.pool.query("update app_configs set branch = 'x' where id = $1", [changed]);
    await recordOutcomes(database.pool, [applied(changed, 1), applied(deleted, 1)]);
    await recordOutcomes(database.pool, [applied(changed, 2)]);
    await database.pool.query('delete from app_configs where id = $1', [deleted]);
    await recordOutcomes(database.pool, [pruned(deleted, 2)]);
    await recordOutcomes(database.pool, [failed(changed), failed(deleted)]);
    expect((await history(changed)).map(({ phase }) => phase)).toEqual(['applied', 'applied']);
    expect((await history(deleted)).map(({ phase }) => phase)).toEqual(['applied', 'pruned']);
  });

  it('never waits for a row that somebody else is changing', async () => {
    const [busy, free] = [await insert('one'), await insert('two')];
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query("update app_configs set branch = 'x' where id = $1", [busy]);
    const standings = await recordOutcomes(database.pool, [applied(busy, 1), applied(free, 1)]);
    expect(standings).toEqual(['gone', 'current']);
    await client.query('commit');
    client.release();
  });

  it('hands out positions in commit order', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, index) => insert(`n${index}`)));
    const seen: number[] = [];
    let done = false;
    const watch = async () => {
      while (!done) {
        const { rows } = await database.pool.query<{ position: number }>(
          'select position::int from app_config_history where position > $1 order by position',
          [seen.at(-1) ?? 0],
        );
        seen.push(...rows.map(({ position }) => position));
      }
    };
    const watching = watch();
    await Promise.all(ids.map((id) => recordOutcomes(database.pool, [applied(id, 1)])));
    await new Promise((resolve) => setTimeout(resolve, 20));
    done = true;
    await watching;
    expect(seen.length).toBe(20);
  });
});

describe('findDue()', () => {
  it('finds changes that nobody told of, after a while', async () => {
    const id = await insert('one');
    expect(await findDue(database.pool, { untoldAfterMs: 60_000, limit: 10 })).toEqual([]);
    expect(await findDue(database.pool, { untoldAfterMs: 0, limit: 10 })).toEqual([id]);
  });
});

describe('listRenderInputs()', () => {
  it('lists all that is known, across pages', async () => {
    await database.pool.query(
      "insert into app_configs (name, repository_url, environment) select 'n' || n, 'https://example.org/r', 'dev' from generate_series(1, 2300) n",
    );
    await database.pool.query("delete from app_configs where name like 'n1%'");
    const inputs = await listRenderInputs(database.pool);
    expect(inputs.length).toBe(2300);
    expect(inputs.filter(({ row }) => row === undefined).length).toBe(1111);
    expect(new Set(inputs.map(({ id }) => id)).size).toBe(2300);
  });
});
