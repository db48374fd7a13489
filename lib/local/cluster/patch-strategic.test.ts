import fc from 'fast-check';
import { expect, test } from 'vitest';

import { applyStrategicMergePatch } from './patch-strategic.ts';
import { builtInSchema } from './schemas/built-in-schema.ts';
import type { SchemaNode } from './schemas/schema-node.ts';

const pod = builtInSchema({ group: '', version: 'v1', kind: 'Pod' }) as SchemaNode;

function patchSpec(spec: Record<string, unknown>, patch: Record<string, unknown>): unknown {
  const outcome = applyStrategicMergePatch({ spec }, { spec: patch }, pod);
  return outcome.kind === 'patched' ? (outcome.object as { spec: unknown }).spec : outcome;
}

const web = { name: 'web', image: 'w:1' };
const log = { name: 'log', image: 'l:1' };

test('items of a keyed list are merged, others are added before what was there', () => {
  const patch = { containers: [{ name: 'new' }, { name: 'log', image: 'l:2' }] };
  expect(patchSpec({ containers: [web, log] }, patch)).toEqual({
    containers: [{ name: 'new' }, web, { name: 'log', image: 'l:2' }],
  });
});

test('a list that does not merge is replaced', () => {
  expect(patchSpec({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] })).toEqual({
    tolerations: [{ key: 'b' }],
  });
});

test('$patch deletes an item, or replaces the whole list or object', () => {
  expect(patchSpec({ containers: [web, log] }, { containers: [{ name: 'web', $patch: 'delete' }] })).toEqual({
    containers: [log],
  });
  const replaced = { containers: [{ name: 'new' }, { $patch: 'replace' }] };
  expect(patchSpec({ containers: [web, log] }, replaced)).toEqual({ containers: [{ name: 'new' }] });
  expect(patchSpec({ nodeSelector: { a: '1' } }, { nodeSelector: { $patch: 'replace', b: '2' } })).toEqual({
    nodeSelector: { b: '2' },
  });
});

test('$setElementOrder sorts what it names', () => {
  const patch = {
    '$setElementOrder/containers': [{ name: 'log' }, { name: 'web' }],
    containers: [{ name: 'web', image: 'w:2' }],
  };
  expect(patchSpec({ containers: [web, log] }, patch)).toEqual({
    containers: [log, { name: 'web', image: 'w:2' }],
  });
});

test('$retainKeys drops the fields that it does not name', () => {
  const volumes = [{ name: 'data', emptyDir: {} }];
  const patch = { volumes: [{ name: 'data', secret: { secretName: 's' }, $retainKeys: ['name', 'secret'] }] };
  expect(patchSpec({ volumes }, patch)).toEqual({ volumes: [{ name: 'data', secret: { secretName: 's' } }] });
});

test('$deleteFromPrimitiveList takes values out of a list', () => {
  const object = { metadata: { finalizers: ['a', 'b', 'c'] } };
  const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } };
  expect(applyStrategicMergePatch(object, patch, pod)).toMatchObject({
    object: { metadata: { finalizers: ['a', 'c'] } },
  });
});

test('lists of plain values merge without doubles', () => {
  const outcome = applyStrategicMergePatch(
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { finalizers: ['c', 'a'] } },
    pod,
  );
  expect(outcome).toMatchObject({ object: { metadata: { finalizers: ['c', 'a', 'b'] } } });
});

test('null removes, and is left out of what is added', () => {
  expect(patchSpec({ containers: [web] }, { containers: null, affinity: { podAffinity: null } })).toEqual({
    affinity: {},
  });
});

test.each([
  [{ containers: [{ image: 'x' }] }, 'failed', 'map: map[image:x] does not contain declared merge key: name'],
  [{ $patch: 'mix' }, 'failed', 'unknown patch type: mix in map: map[$patch:mix]'],
  [{ $retainKeys: ['a'], b: 1 }, 'malformed', 'invalid patch format of retainKeys'],
  [{ '$setElementOrder/containers': 1 }, 'malformed', 'invalid patch format of setElementOrder list'],
  [{ '$deleteFromPrimitiveList/x': 1 }, 'malformed', 'invalid patch format of primitive list'],
  [
    { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'b' }] },
    'failed',
    "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
  ],
])('the patch %j is refused', (patch, kind, message) => {
  expect(patchSpec({ containers: [web] }, patch)).toEqual({ kind, message });
});

test('applying a patch twice gives what applying it once gave, and the object is never changed', () => {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
  const image = fc.constantFrom('i:1', 'i:2');
  const containers = names.chain((all) =>
    fc.tuple(...all.map((name) => image.map((value) => ({ name, image: value })))),
  );
  fc.assert(
    fc.property(containers, containers, (before, after) => {
      const original = structuredClone(before);
      const once = patchSpec({ containers: before }, { containers: after }) as Record<string, unknown>;
      expect(patchSpec(once, { containers: after })).toEqual(once);
      expect(before).toEqual(original);
    }),
  );
});
