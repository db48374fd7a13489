import { afterAll, beforeAll, expect, it } from 'vitest';
import { runStreams } from '../chaos/streams/run-streams.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

// `npm run test:streams` does the same for minutes, ends presenters in the midst of it and lets rows pass away.
it('50 clients that are cut off at random have each row that they may see, once and in order', async () => {
  const report = await runStreams({
    databaseUrl: database.url,
    seconds: 6,
    seed: 4,
    clients: 50,
    eventsPerSecond: 200,
    ends: false,
    retention: false,
    say: () => {},
  });
  expect(report.wrong).toEqual([]);
  // A busy machine does less in the same time, but not so little that nothing was shown.
  expect(report.connections).toBeGreaterThan(report.clients);
  expect(report.committed).toBeGreaterThan(100);
  expect(report.delivered).toBeGreaterThan(report.committed);
});
