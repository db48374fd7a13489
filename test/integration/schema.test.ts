import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { dumpSchema } from '../support/dump-schema.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

it('sql/schema.sql is what the migrations make (renew it with: npx vitest run test/integration/schema -u)', async () => {
  await expect(await dumpSchema(database.pool)).toMatchFileSnapshot(
    fileURLToPath(new URL('../../sql/schema.sql', import.meta.url)),
  );
});
