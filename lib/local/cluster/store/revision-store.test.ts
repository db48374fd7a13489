import fc from 'fast-check';
import { expect, test } from 'vitest';

import { RevisionStore } from './revision-store.ts';
import { parseStored } from './stored-object.ts';

const window = { maxChanges: 1_000, maxBytes: 10_000_000, maxAgeMs: 60_000 };
const everything = { prefix: '', startKey: '', limit: 0, matches: () => true };
const noFields = () => ({});

function newStore(options: Partial<typeof window> = {}, nowMs: () => number = () => 0): RevisionStore {
  return new RevisionStore({ window: { ...window, ...options }, nowMs, record: () => undefined });
}

function put(store: RevisionStore, namespace: string, name: string, value = 'v') {
  const metadata = { name, namespace, uid: `uid-${name}` };
  return store.put('things', { apiVersion: 'v1', kind: 'Thing', metadata, value }, noFields);
}

test('a list shows its revision whatever was written since', () => {
  const store = newStore();
  put(store, 'a', 'one');
  put(store, 'a', 'two');
  const { revision } = store;
  put(store, 'a', 'three');
  store.remove('things', 'a/one');
  const names = store.list('things', { ...everything, revision }).items.map((object) => object.name);
  expect(names).toEqual(['one', 'two']);
});

test('keys are in the order of the joined text, as in etcd: `a-b/x` before `a/x`', () => {
  const store = newStore();
  put(store, 'a', 'x');
  put(store, 'a-b', 'x');
  const page = store.list('things', { ...everything, revision: store.revision });
  expect(page.items.map((object) => object.key)).toEqual(['a-b/x', 'a/x']);
});

test('a removal is seen with the last state at the revision of the removal', () => {
  const store = newStore();
  put(store, 'a', 'one', 'last');
  const seen: string[] = [];
  store.subscribe('things', ({ type, after }) => {
    seen.push(`${type} ${after.revision} ${String(parseStored(after)['value'])}`);
  });
  store.remove('things', 'a/one');
  expect(seen).toEqual([`deleted ${store.revision} last`]);
});

test('old history goes by count, by size and by age, and floors rise with it', () => {
  let nowMs = 0;
  const byCount = newStore({ maxChanges: 2 });
  const bySize = newStore({ maxBytes: 500 });
  const byAge = newStore({ maxAgeMs: 10 }, () => nowMs);
  for (const store of [byCount, bySize, byAge]) {
    for (let round = 0; round < 5; round += 1) {
      nowMs += 6;
      put(store, 'a', 'one', String(round));
    }
    expect(store.compactedRevision).toBeGreaterThan(1);
    expect(store.watchFloor('things')).toBe(store.compactedRevision);
    expect(store.changesAfter('things', store.compactedRevision).length).toBeGreaterThan(0);
  }
});

test('history of one resource does not move the watch floor of another', () => {
  const store = newStore({ maxChanges: 1 });
  put(store, 'a', 'one');
  put(store, 'a', 'one', 'again');
  expect(store.watchFloor('others')).toBe(1);
  store.compact();
  expect(store.watchFloor('others')).toBe(store.revision);
});

test('pages of one revision have no gap and no double, and count what is left', () => {
  const step = fc.record({
    remove: fc.boolean(),
    namespace: fc.constantFrom('a', 'a-b', 'b'),
    name: fc.integer({ min: 0, max: 12 }).map((number) => `n${number}`),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(step, { maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom('', 'a/', 'a-b/'),
      (before, between, limit, prefix) => {
        const store = newStore();
        const apply = ({ remove, namespace, name }: (typeof before)[number]) => {
          if (!remove) put(store, namespace, name);
          else if (store.get('things', `${namespace}/${name}`))
            store.remove('things', `${namespace}/${name}`);
        };
        before.forEach(apply);
        const { revision } = store;
        const whole = store.list('things', { ...everything, prefix, revision }).items.map(({ key }) => key);
        between.forEach(apply);
        const seen: string[] = [];
        for (let startKey = ''; ; startKey = `${seen.at(-1)}\0`) {
          const page = store.list('things', { ...everything, prefix, startKey, limit, revision });
          seen.push(...page.items.map(({ key }) => key));
          expect(page.remaining).toBe(whole.length - seen.length);
          if (!page.more) break;
        }
        expect(seen).toEqual(whole);
      },
    ),
  );
});
