import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResourceRow } from '../../../lib/core/resource-row.ts';
import type { WriteItems } from '../../../lib/postgres/batch-writer.ts';
import { createResourceWriter, resourceSessionSetUp } from '../../../lib/postgres/resource-writer.ts';
import { createWriterSessions } from '../../../lib/postgres/writer-session.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { type ObjectFixture, objectItem } from '../../../test/support/ingest.ts';
import { type OpenWatch, openWatch } from '../../../test/support/open-watch.ts';
import { type ReadingWorld, startReadingWorld } from '../../../test/support/reading-world.ts';
import { configSchema } from '../config.ts';
import { startResourcesPresenter } from '../start-resources-presenter.ts';

let world: ReadingWorld;
let token: string;
let write: WriteItems<ResourceRow>;

beforeAll(async () => {
  world = await startReadingWorld({ schema: configSchema, start: startResourcesPresenter });
  token = await world.token('root', ['system:masters']);
  const sessions = createWriterSessions(world.database.pool, resourceSessionSetUp);
  write = createResourceWriter({ sessions, functionName: 'test', poison: 'reject', onBatch: () => {} });
  // A kind is served as soon as there is an object or a list of it.
  await write([objectItem({ uid: 'first', version: '1', namespace: 'elsewhere' })]);
});
afterAll(() => world.stop());

type Live = { readonly uid: string; readonly version: string; readonly selected: boolean };
type Step = {
  readonly name: string;
  readonly what: 'make' | 'unmake' | 'remake';
  readonly selected: boolean;
};

/** Objects of a namespace as a cluster has them, and the changes that a watcher would tell. */
function createNamespace(namespace: string) {
  const live = new Map<string, Live>();
  const tell = (name: string, { uid, version, selected }: Live, deleted: boolean): ObjectFixture => {
    const labels = { selected: selected ? 'yes' : 'no' };
    return { uid, version, name, namespace, labels, deleted };
  };
  const step = ({ name, what, selected }: Step): ObjectFixture[] => {
    const before = live.get(name);
    const changes: ObjectFixture[] = [];
    if (before !== undefined && what !== 'make') {
      live.delete(name);
      versions += 1;
      changes.push(tell(name, { ...before, version: String(versions) }, true));
    }
    if (what === 'make' || (what === 'remake' && before !== undefined)) {
      versions += 1;
      const version = String(versions);
      // Uids are in no order: one that comes later may stand before or behind.
      const uid = live.get(name)?.uid ?? `${versions % 2 === 0 ? 'z' : 'a'}${versions}-${namespace}`;
      const after = { uid, version, selected };
      live.set(name, after);
      changes.push(tell(name, after, false));
    }
    return changes;
  };
  return { live, step };
}
let versions = 1_000;
let namespaces = 0;

type Item = {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
};
type List = {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Item[];
};

const steps = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    what: fc.constantFrom('make', 'make', 'unmake', 'remake'),
    selected: fc.boolean(),
  }),
  { maxLength: 4 },
);

/** A list in pages, with something done after each; the version is the same on all of them. */
async function listPages(
  path: string,
  afterPage: () => Promise<void>,
): Promise<{ readonly items: readonly Item[]; readonly version: string }> {
  const pages: List[] = [];
  do {
    const next = pages.at(-1)?.metadata.continue;
    const answer = await world.get(`${path}${next === undefined ? '' : `&continue=${next}`}`, token);
    expect(answer.status).toBe(200);
    pages.push((await answer.json()) as List);
    await afterPage();
  } while (pages.at(-1)?.metadata.continue !== undefined);
  const [version = '', ...others] = new Set(pages.map(({ metadata }) => metadata.resourceVersion));
  expect(others).toEqual([]);
  return { items: pages.flatMap(({ items }) => items), version };
}

/** Versions by name, as an informer holds them that has a list and is told by a watch what came since. */
function held(items: readonly Item[], { events }: Pick<OpenWatch, 'events'>): Map<string, string> {
  const known = new Map(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  for (const { type, object } of events) {
    const { name = '', resourceVersion = '' } = object.metadata;
    if (type === 'DELETED') known.delete(name);
    else known.set(name, resourceVersion);
  }
  return known;
}

it('a list that changes between its pages has each object once that is there throughout, and with a watch from its version the truth', async () => {
  const check = async (
    limit: number,
    selects: boolean,
    first: readonly Step[],
    between: readonly (readonly Step[])[],
  ): Promise<void> => {
    namespaces += 1;
    const { live, step } = createNamespace(`pages-${namespaces}`);
    const store = async (all: readonly Step[]): Promise<void> => {
      const changes = all.flatMap(step);
      if (changes.length > 0) await write(changes.map(objectItem));
    };
    const selected = () => [...live].filter(([, object]) => !selects || object.selected);
    const uidsNow = () => selected().map(([, { uid }]) => uid);
    const path = `/apis/apps/v1/namespaces/pages-${namespaces}/deployments?${selects ? 'labelSelector=selected%3Dyes&' : ''}`;
    const left = [...between];
    await store(first);
    let throughout = uidsNow();
    const { items, version } = await listPages(`${path}limit=${limit}`, async () => {
      await store(left.shift() ?? []);
      const now = uidsNow();
      throughout = throughout.filter((uid) => now.includes(uid));
    });
    const uids = items.map(({ metadata }) => metadata.uid);
    expect(uids).toEqual([...new Set(uids)]);
    expect(throughout.filter((uid) => !uids.includes(uid))).toEqual([]);

    await store([...left.flat(), { name: 'last', what: 'make', selected: true }]);
    const watch = await openWatch(`${world.url}${path}watch=1&resourceVersion=${version}`, token);
    await eventually(() => expect(held(items, watch).has('last')).toBe(true));
    await watch.leave();
    expect(held(items, watch)).toEqual(new Map(selected().map(([name, object]) => [name, object.version])));
  };
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      steps,
      fc.array(steps, { maxLength: 5 }),
      check,
    ),
    { numRuns: 60 },
  );
}, 60_000);
