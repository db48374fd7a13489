import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { type ObjectFixture, objectItem } from '../../test/support/ingest.ts';
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

const definition = (name: string, version: string): ObjectFixture => ({
  uid: `crd-${name}-${version}`,
  version,
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
  namespace: '',
  name,
});
const widget = (uid: string, version: string, changes: Partial<ObjectFixture> = {}): ObjectFixture => ({
  uid,
  version,
  group: 'example.org',
  resource: 'widgets',
  name: uid,
  ...changes,
});
const store = (...fixtures: ObjectFixture[]) => write(fixtures.map(objectItem));

const compareDefinitions = (entries: readonly ManifestEntry[], changes: Partial<ResourceManifest> = {}) =>
  compareManifest(
    sessions,
    {
      cluster: 'here',
      group: 'apiextensions.k8s.io',
      version: 'v1',
      resource: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
      scopeNamespace: '',
      listResourceVersion: '100',
      entries,
      ...changes,
    },
    new Date('2026-11-20T12:00:00Z'),
  );

async function live(): Promise<string[]> {
  const { rows } = await database.pool.query<{ uid: string }>(
    `select uid from resources where deleted_at is null and api_group <> 'apiextensions.k8s.io' order by uid collate "C"`,
  );
  return rows.map((row) => row.uid);
}

describe('deleteVanishedKinds()', () => {
  it('deletes the objects of a kind whose definition went while nobody watched, and records it', async () => {
    await store(
      definition('widgets.example.org', '1'),
      widget('a', '2'),
      widget('b', '3', { namespace: 'other' }),
    );
    expect((await compareDefinitions([])).deleted).toBe(3);
    expect(await live()).toEqual([]);
    const { rows } = await database.pool.query(
      'select uid from resource_history where operation = \'deleted\' order by uid collate "C"',
    );
    expect(rows.map((row) => row.uid)).toEqual(['a', 'b', 'crd-widgets.example.org-1']);
  });

  it('leaves kinds of definitions that are there, of other clusters, and of no definition that was ever seen', async () => {
    await store(
      definition('widgets.example.org', '1'),
      definition('gadgets.example.org', '1'),
      widget('kept', '2', { resource: 'gadgets' }),
      widget('elsewhere', '2', { cluster: 'there' }),
      widget('undefined', '2', { group: 'example.com' }),
    );
    await compareDefinitions([['', 'gadgets.example.org', 'crd-gadgets.example.org-1', '1']]);
    expect(await live()).toEqual(['elsewhere', 'kept', 'undefined']);
  });

  it('spares the objects of a definition that came back, whatever arrives first', async () => {
    await store(definition('widgets.example.org', '1'), widget('old', '2'));
    await compareDefinitions([]);
    await store(widget('new', '170'));
    await compareDefinitions([], { listResourceVersion: '150' });
    await compareDefinitions([['', 'widgets.example.org', 'back', '160']], { listResourceVersion: '200' });
    await compareDefinitions([], { listResourceVersion: '200', to: { namespace: '', name: 'v' } });
    expect(await live()).toEqual(['new']);
    await store(definition('widgets.example.org', '160'));
    await compareDefinitions([], { listResourceVersion: '155' });
    expect(await live()).toEqual(['new']);
  });
});
