import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { type ObjectFixture, objectItem } from '../../test/support/ingest.ts';
import { compareManifestKeys, manifestRanges } from '../core/manifest-ranges.ts';
import type { ManifestEntry, ResourceManifest } from '../core/resource-manifest.ts';
import type { ResourceRow } from '../core/resource-row.ts';
import type { WriteItems } from './batch-writer.ts';
import { compareManifest } from './compare-manifest.ts';
import { createResourceWriter, resourceSessionSetUp } from './resource-writer.ts';
import { createWriterSessions, type WriterSessions } from './writer-session.ts';

let database: TestDatabase;
let sessions: WriterSessions;
let write: WriteItems<ResourceRow>;

beforeAll(async () => {
  database = await testDatabase();
  sessions = createWriterSessions(database.pool, resourceSessionSetUp);
  write = createResourceWriter({ sessions, functionName: 'test', poison: 'quarantine', onBatch: () => {} });
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('truncate resources, resource_history'));

const listedAt = new Date('2026-11-20T12:00:00Z');
const store = (...fixtures: ObjectFixture[]) => write(fixtures.map(objectItem));

const compare = (changes: Partial<ResourceManifest>) =>
  compareManifest(
    sessions,
    {
      cluster: 'here',
      group: 'apps',
      version: 'v1',
      resource: 'deployments',
      kind: 'Deployment',
      scopeNamespace: '',
      listResourceVersion: '100',
      entries: [],
      ...changes,
    },
    listedAt,
  );

async function live(): Promise<string[]> {
  const { rows } = await database.pool.query(
    `select uid || '@' || resource_version_text as line from resources where deleted_at is null order by uid collate "C"`,
  );
  return rows.map((row) => row.line);
}

describe('compareManifest', () => {
  it('deletes what the list lacks, at the version of the list, and records it', async () => {
    await store({ uid: 'a', version: '5' }, { uid: 'b', version: '6', content: { spec: 1 } });
    const result = await compare({ entries: [['shop', 'name-a', 'a', '5']] });
    expect(result).toEqual({ deleted: 1, revived: 0, wanted: [] });
    const { rows } = await database.pool.query(
      `select r.deleted_at, r.resource_version_text, h.operation, h.raw ->> 'spec' as spec
       from resources r join resource_history h using (uid) where uid = 'b' order by position desc limit 1`,
    );
    expect(rows).toEqual([
      { deleted_at: listedAt, resource_version_text: '100', operation: 'deleted', spec: '1' },
    ]);
  });

  it('notes once that a kind was listed, also where there is none of it, and by its latest API version', async () => {
    const listed = async () => {
      const { rows } = await database.pool.query(
        'select api_group, resource, api_version, xmin::text from listed_kinds order by api_group',
      );
      return rows;
    };
    await database.pool.query('delete from listed_kinds');
    await compare({});
    const first = await listed();
    expect(first).toMatchObject([{ api_group: 'apps', resource: 'deployments', api_version: 'v1' }]);
    await compare({ listResourceVersion: '101' });
    expect(await listed()).toEqual(first);
    await compare({ version: 'v2' });
    expect(await listed()).toMatchObject([{ resource: 'deployments', api_version: 'v2' }]);
  });

  it('leaves what is newer than the list', async () => {
    await store({ uid: 'a', version: '101' });
    expect(await compare({})).toEqual({ deleted: 0, revived: 0, wanted: [] });
    expect(await live()).toEqual(['a@101']);
  });

  it('leaves what lies outside of its range, namespace, resource and cluster', async () => {
    await store(
      { uid: 'before', version: '1', namespace: 'b', name: 'b' },
      { uid: 'inside', version: '1', namespace: 'b', name: 'c' },
      { uid: 'after', version: '1', namespace: 'b', name: 'd' },
      { uid: 'other-resource', version: '1', namespace: 'b', name: 'c', resource: 'daemonsets' },
      { uid: 'other-group', version: '1', namespace: 'b', name: 'c', group: 'x' },
      { uid: 'other-cluster', version: '1', namespace: 'b', name: 'c', cluster: 'there' },
      { uid: 'other-namespace', version: '1', namespace: 'bb', name: 'c' },
    );
    const range = { from: { namespace: 'b', name: 'b' }, to: { namespace: 'b', name: 'c' } };
    expect((await compare(range)).deleted).toBe(1);
    expect((await compare({ scopeNamespace: 'bb' })).deleted).toBe(1);
    expect(await live()).toEqual([
      'after@1',
      'before@1',
      'other-cluster@1',
      'other-group@1',
      'other-resource@1',
    ]);
  });

  it('wants what is missing, older, or of another API version, and nothing else', async () => {
    await store(
      { uid: 'older', version: '4' },
      { uid: 'same', version: '5' },
      { uid: 'newer', version: '6' },
      { uid: 'truncated', version: '5', truncated: true },
      { uid: 'beta', version: '5', apiVersion: 'v1beta1' },
      { uid: 'gone', version: '5', deleted: true },
    );
    const entries = ['older', 'same', 'newer', 'truncated', 'beta', 'gone', 'missing'].map(
      (uid): ManifestEntry => ['shop', `name-${uid}`, uid, '5'],
    );
    const { wanted } = await compare({ entries });
    expect(wanted.map((identity) => identity.uid).sort()).toEqual(['beta', 'missing', 'older']);
    expect(wanted[0]).toEqual({
      namespace: 'shop',
      name: expect.stringMatching(/^name-/),
      uid: expect.any(String),
    });
  });

  it('brings back a row whose deletion the cluster contradicts, and wants it', async () => {
    await store({ uid: 'a', version: '5' });
    await compare({ listResourceVersion: '10' });
    const entries: ManifestEntry[] = [['shop', 'name-a', 'a', '12']];
    expect(await compare({ entries })).toMatchObject({ revived: 1, wanted: [{ uid: 'a' }] });
    await store({ uid: 'a', version: '12' });
    expect(await live()).toEqual(['a@12']);
  });

  it('deletes nothing on a guess where versions are no numbers', async () => {
    await store({ uid: 'a', version: 'x' }, { uid: 'b', version: '5' });
    expect((await compare({})).wanted.map(({ uid }) => uid)).toEqual(['a']);
    expect((await compare({ listResourceVersion: 'y' })).deleted).toBe(0);
  });

  it('is the same whichever way and however often the manifests of one list come, and ends at the cluster', async () => {
    // The place of an object never changes during its life.
    const namespaces = ['', 'a', 'a-b', 'ab', 'b'];
    const place = (uid: string) => ({
      namespace: namespaces[uid.charCodeAt(0) % namespaces.length] ?? '',
      name: `${uid.charAt(1)}${'.-:z'.charAt(uid.charCodeAt(2) % 4)}`,
    });
    const object = fc
      .record({ uid: fc.stringMatching(/^[p-z]{3}$/), version: fc.integer({ min: 1, max: 99 }) })
      .map((any) => ({ ...any, ...place(any.uid) }));
    const unique = (max: number) => fc.uniqueArray(object, { selector: (any) => any.uid, maxLength: max });
    await fc.assert(
      fc.asyncProperty(
        unique(25),
        unique(25),
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.nat()),
        async (cluster, stored, size, random) => {
          await database.pool.query('truncate resources, resource_history');
          await store(...stored.map((any) => ({ ...any, version: String(any.version) })));
          const entries = cluster.map(
            (any): ManifestEntry => [any.namespace, any.name, any.uid, String(any.version)],
          );
          const ranges = [
            ...manifestRanges(entries.toSorted(compareManifestKeys), { maxEntries: size, maxBytes: 10_000 }),
          ];
          const wanted = new Set<string>();
          for (const range of shuffled([...ranges, ...ranges], random)) {
            for (const { uid } of (await compare(range)).wanted) wanted.add(uid);
          }
          await store(
            ...cluster
              .filter(({ uid }) => wanted.has(uid))
              .map((any) => ({ ...any, version: String(any.version) })),
          );
          const newest = new Map(stored.map((any) => [any.uid, any.version]));
          const expected = cluster.map(
            (any) => `${any.uid}@${Math.max(any.version, newest.get(any.uid) ?? 0)}`,
          );
          expect(await live()).toEqual(expected.sort());
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);
});

function shuffled<T>(values: T[], random: fc.Stream<number>): T[] {
  return values
    .map((value) => ({ value, key: random.next().value as number }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
