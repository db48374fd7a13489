import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEventsAfter, type StreamedEvent } from '../../lib/postgres/read-events-after.ts';
import { type ResourceChange, readResourcesAfter } from '../../lib/postgres/read-resources-after.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { inProcessPresenter } from '../support/in-process-presenter.ts';
import { insertEvents } from '../support/insert-events.ts';
import { insertHistory } from '../support/insert-history.ts';
import { insertResources } from '../support/insert-resources.ts';
import { randomNames, randomNamespaces, randomRbac, randomUsers } from '../support/random-rbac.ts';
import { type RandomEvent, type RandomRows, randomRows } from '../support/random-rows.ts';
import { reviewAuthority, reviewOracle } from '../support/review-oracle.ts';

// Other runs: ACCESS_SEED=7 ACCESS_RUNS=5000 vitest run --project integration test/integration/access-property.test.ts
const seed = Number(process.env['ACCESS_SEED'] ?? 20_261_120);
const numRuns = Number(process.env['ACCESS_RUNS'] ?? 80);

const clusterNames = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5'] as const;

let database: TestDatabase;
let rows: ReadonlyMap<string, RandomRows>;
let changes: readonly ResourceChange[];
let streamed: readonly StreamedEvent[];

beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  rows = new Map(
    clusterNames.map((cluster, index) => {
      const [sample] = fc.sample(randomRows(cluster), { seed: seed + index, numRuns: 1 });
      return [cluster, sample ?? { objects: [], events: [] }];
    }),
  );
  const all = [...rows.values()];
  const objects = all.flatMap((one) => one.objects);
  await insertResources(pool, objects);
  await insertHistory(
    pool,
    objects.map(
      ({ labels: _labels, deleted_at: _deleted, ...object }) => object as object as { name: string },
    ),
  );
  await insertEvents(
    pool,
    all.flatMap((one) => one.events),
  );
  await pool.query('analyze resources, events');
  changes = await readResourcesAfter(pool, { after: 0, limit: 10_000, withRaw: false });
  streamed = await readEventsAfter(pool, { after: 0, limit: 10_000 });
});
afterAll(() => database.drop());

const optional = <T>(...values: T[]) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, fc.constantFrom(...values));

const questions = fc.record({
  user: fc.constantFrom(...randomUsers, ...randomUsers.slice(0, 2), ...randomUsers.slice(0, 2)),
  realm: fc.constantFrom('issuer' as const, 'cluster' as const),
  own: fc.constantFrom(...clusterNames),
  other: fc.constantFrom(...clusterNames),
  rbac: randomRbac,
  otherRbac: randomRbac,
  place: optional(...randomNamespaces),
  name: optional(...randomNames),
  deleted: fc.constantFrom('false', 'all'),
  single: optional(
    { group: '', resource: 'pods' },
    { group: 'apps', resource: 'deployments' },
    { group: '', resource: 'nodes' },
    { group: '', resource: 'namespaces' },
    { group: '', resource: 'nothing' },
  ),
  selector: optional('app=a', '!app'),
  limit: fc.integer({ min: 1, max: 9 }),
});

describe.each(['evaluate', 'review'] as const)('with rights by %s', (mode) => {
  it(
    'every answer is what the reviews allow one by one, for any RBAC and any rows',
    async () => {
      const shown = { objects: 0, events: 0, hidden: 0 };
      await fc.assert(
        fc.asyncProperty(questions, async (question) => {
          const { user, own, other, place, name, single } = question;
          const authorities = [reviewAuthority(own, question.rbac)];
          if (other !== own) authorities.push(reviewAuthority(other, question.otherRbac));
          const asking = question.realm === 'cluster' ? authorities.slice(0, 1) : authorities;
          const says = reviewOracle(asking, user);
          const reader = inProcessPresenter(mode, question, authorities, { database, changes, streamed });

          const all = [...rows.values()];
          const everything = all.flatMap((one) => one.objects);
          const asked = everything.filter(
            (row) =>
              (place === undefined || row.namespace === place) &&
              (name === undefined || row.name === name) &&
              (single === undefined || (row.api_group === single.group && row.resource === single.resource)),
          );
          const listed = asked
            .filter((row) => question.deleted === 'all' || row.deleted_at === null)
            .filter((row) => says.mayRead('list', row, name))
            .map((row) => row.uid)
            .sort();
          const list = await reader.list();
          expect(list === 'forbidden' ? [] : list).toEqual(listed);
          expect(await reader.count()).toBe(listed.length);
          expect(await reader.summarize()).toBe(listed.length);
          const watched = asked.filter((row) => says.mayRead('watch', row, name)).map((row) => row.uid);
          expect(await reader.streamedChanges()).toEqual(watched.sort());

          const clusters = new Set<string>([own, other]);
          const some = everything.filter((row) => clusters.has(row.cluster_name) || row.name === 'web');
          const gettable = some
            .filter((row) => row.deleted_at === null && says.mayGet(row, row.name))
            .map((row) => row.uid);
          expect(await reader.gettable(some)).toEqual(gettable);

          const events = all
            .flatMap((one) => one.events)
            .filter((event) => place === undefined || event.namespace === place)
            .filter((event) => name === undefined || event.involved_object_name === name)
            .filter((event) => says.maySeeEvent(event));
          const uids = (list: readonly RandomEvent[]): string[] => list.map((event) => event.uid).sort();
          const selected = events.filter((event) => {
            if (question.selector === undefined) return true;
            const object = everything.find((row) => row.uid === event.involved_object_uid);
            if (object === undefined || event.involved_object_resource === null) return false;
            const fits =
              question.selector === '!app'
                ? object.labels['app'] === undefined
                : object.labels['app'] === 'a';
            return fits && says.mayGetInvolved(event);
          });
          expect(await reader.events()).toEqual(uids(selected));
          expect(await reader.countEvents()).toBe(selected.length);
          expect(await reader.summarizeEvents()).toBe(selected.length);
          expect(await reader.streamedEvents()).toEqual(uids(events));
          expect(reader.disagreements).toEqual([]);
          shown.objects += listed.length;
          shown.events += events.length;
          shown.hidden += asked.length - watched.length;
        }),
        { seed, numRuns },
      );
      // Neither nothing nor everything.
      expect(Math.min(...Object.values(shown))).toBeGreaterThan(numRuns / 10);
    },
    60_000 + numRuns * 200,
  );
});
