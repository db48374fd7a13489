import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Decision } from '../../../lib/access/access-control.ts';
import type { AccessAttributes } from '../../../lib/core/access-attributes.ts';
import type { MirroredObject } from '../../../lib/core/mirrored-object.ts';
import { growTree, type TreeDependencies, type TreeOutcome } from './grow-tree.ts';

const caller = { user: { username: 'alice', groups: [], extra: {} }, realm: 'cluster' } as never;

function object(name: string, owners: readonly string[]): MirroredObject {
  return {
    cluster_name: 'here',
    uid: name,
    api_group: '',
    api_version: 'v1',
    kind: 'Pod',
    resource: 'pods',
    namespace: 'shop',
    name,
    owner_uids: owners,
    created_at: '2026-11-20T10:00:00.000000Z',
    deleted_at: null,
  };
}

function dependencies(objects: readonly MirroredObject[], decide: (name: string) => Decision) {
  const sorted = objects.toSorted((a, b) => (a.uid < b.uid ? -1 : 1));
  const deps: TreeDependencies = {
    clusters: {
      own: {
        cluster: 'here',
        access: {
          // Rights are to single objects here; about kinds and namespaces the answer is no.
          decide: async (_user: unknown, { name }: { name: string }) =>
            name === '' ? 'denied' : decide(name),
          decideNow: () => undefined,
        } as never,
      },
      others: [],
    },
    findObject: async ({ uid }) => objects.find((candidate) => candidate.uid === uid),
    listOwners: async ({ uids }) => objects.filter(({ uid }) => uids.includes(uid)),
    listOwned: async ({ ownerUids, afterUid, limit }) =>
      sorted
        .filter(
          ({ uid, owner_uids }) => uid > afterUid && owner_uids.some((owner) => ownerUids.includes(owner)),
        )
        .slice(0, limit),
  };
  return deps;
}

const bounds = { deleted: false, depth: 20, limit: 2_000 };

function shape(outcome: TreeOutcome): unknown {
  if (outcome.kind !== 'tree') return outcome.kind;
  return {
    nodes: Object.fromEntries(outcome.nodes.map((node) => [node.object.name, node.depth])),
    truncated: outcome.truncated,
  };
}

const chain = [
  object('a', []),
  object('b', ['a']),
  object('c', ['b']),
  object('d', ['c']),
  object('e', ['d']),
];

it('shows owners above and what is owned below', async () => {
  const deps = dependencies([...chain, object('other', ['x'])], () => 'allowed');
  expect(shape(await growTree(caller, 'here:c', bounds, deps))).toEqual({
    nodes: { c: 0, b: -1, a: -2, d: 1, e: 2 },
    truncated: false,
  });
});

it('tells nothing of what lies behind an object that the user may not get', async () => {
  const deps = dependencies(chain, (name) => (name === 'b' || name === 'd' ? 'denied' : 'allowed'));
  expect(shape(await growTree(caller, 'here:c', bounds, deps))).toEqual({
    nodes: { c: 0 },
    truncated: false,
  });
  expect(shape(await growTree(caller, 'here:b', bounds, deps))).toBe('not-found');
  expect(shape(await growTree(caller, 'elsewhere:c', bounds, deps))).toBe('not-found');
});

it('says so where rights are unknown', async () => {
  const deps = dependencies(chain, (name) => (name === 'e' ? 'unknown' : 'allowed'));
  expect(shape(await growTree(caller, 'here:c', bounds, deps))).toBe('rights-unknown');
});

it('ends at its bounds and says so', async () => {
  const deps = dependencies(chain, () => 'allowed');
  const at = async (parameters: Partial<typeof bounds>, uid = 'here:a') =>
    shape(await growTree(caller, uid, { ...bounds, ...parameters }, deps));
  expect(await at({ depth: 2 })).toEqual({ nodes: { a: 0, b: 1, c: 2 }, truncated: true });
  expect(await at({ depth: 4 })).toEqual({ nodes: { a: 0, b: 1, c: 2, d: 3, e: 4 }, truncated: false });
  expect(await at({ limit: 3 })).toEqual({ nodes: { a: 0, b: 1, c: 2 }, truncated: true });
  expect(await at({ limit: 5 })).toMatchObject({ truncated: false });
});

it('reads what one object owns page by page', async () => {
  const many = Array.from({ length: 1_200 }, (_, index) =>
    object(`pod-${String(index).padStart(4, '0')}`, ['a']),
  );
  const deps = dependencies([object('a', []), ...many], () => 'allowed');
  const asked: string[] = [];
  const access = {
    decide: async (_user: unknown, { namespace, name }: AccessAttributes) => {
      asked.push(`${namespace}/${name}`);
      return namespace === 'shop' ? 'allowed' : 'denied';
    },
    decideNow: () => undefined,
  } as never;
  const clusters = { own: { cluster: 'here', access }, others: [] };
  const outcome = await growTree(caller, 'here:a', bounds, { ...deps, clusters });
  expect(outcome).toMatchObject({ kind: 'tree', truncated: false, nodes: { length: 1_201 } });
  // Of the object itself, and of all others together.
  expect(new Set(asked)).toEqual(new Set(['shop/a', '/', 'shop/']));
});

it('asks about 500 single objects at most, and says that some are missing', async () => {
  const many = Array.from({ length: 600 }, (_, index) => object(`pod-${index}`, ['a']));
  let asked = 0;
  const deps = dependencies([object('a', []), ...many], (name) => {
    asked += 1;
    return name === 'a' ? 'allowed' : 'denied';
  });
  expect(shape(await growTree(caller, 'here:a', bounds, deps))).toEqual({ nodes: { a: 0 }, truncated: true });
  expect(asked).toBe(501);
});

it('finds what a walk over visible objects finds, for any graph, cycles too', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const graph = fc.record({
    owners: fc.array(fc.subarray(names), { minLength: names.length, maxLength: names.length }),
    hidden: fc.subarray(names.slice(1)),
  });
  await fc.assert(
    fc.asyncProperty(graph, async ({ owners, hidden }) => {
      const objects = names.map((name, index) => object(name, owners[index] ?? []));
      const deps = dependencies(objects, (name) => (hidden.includes(name) ? 'denied' : 'allowed'));
      const visible = objects.filter(({ name }) => !hidden.includes(name));
      const reach = (next: (from: MirroredObject, to: MirroredObject) => boolean): Set<string> => {
        const reached = new Set(['a']);
        for (let round = 0; round < names.length; round += 1) {
          for (const from of visible.filter(({ uid }) => reached.has(uid))) {
            for (const to of visible) if (next(from, to)) reached.add(to.uid);
          }
        }
        return reached;
      };
      const up = reach((from, to) => from.owner_uids.includes(to.uid));
      const down = reach((from, to) => to.owner_uids.includes(from.uid));
      const outcome = await growTree(caller, 'here:a', bounds, deps);
      const found = outcome.kind === 'tree' ? outcome.nodes.map((node) => node.object.uid) : [];
      expect(found.toSorted()).toEqual([...new Set([...up, ...down])].sort());
    }),
    { numRuns: 300 },
  );
});
