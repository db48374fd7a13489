import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { migrate } from './migrate.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ empty: true });
});
afterAll(() => database.drop());

test('migrate() run twice at once applies every migration once and fails neither', async () => {
  const runs = await Promise.all([
    migrate({ connectionString: database.url }),
    migrate({ connectionString: database.url }),
  ]);

  const applied = runs.flat();
  expect(new Set(applied).size).toBe(applied.length);
  expect(applied.length).toBeGreaterThan(0);
  const { rows } = await database.pool.query('select name from schema_migrations order by id');
  expect(rows.map((row) => row.name)).toEqual(applied);
});
