import { expect, test } from 'vitest';

import { builtInKinds, storageVersionHash } from './kinds.ts';

test('storageVersionHash() gives the hash that API servers show for ConfigMap and for Deployment', () => {
  expect(storageVersionHash({ group: '', version: 'v1', kind: 'ConfigMap' })).toBe('qFsyl6wFWjQ=');
  expect(storageVersionHash({ group: 'apps', version: 'v1', kind: 'Deployment' })).toBe('8aSe+NMegvE=');
});

test('every group version and resource is declared once', () => {
  const keys = builtInKinds.map((kind) => `${kind.group}/${kind.version}/${kind.resource}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test('resources of one group version are in the order of their names', () => {
  const byGroupVersion = Map.groupBy(builtInKinds, (kind) => `${kind.group}/${kind.version}`);
  for (const resources of byGroupVersion.values()) {
    const names = resources.map((kind) => kind.resource);
    expect(names).toEqual(names.toSorted());
  }
});

test('only resources that can be watched have a storage version hash', () => {
  for (const kind of builtInKinds) {
    expect(kind.storageVersionHash !== undefined, kind.resource).toBe(kind.verbs.includes('watch'));
  }
});

test('both event groups and both autoscaling versions show the hash of what is stored', () => {
  const hashes = (resource: string) =>
    new Set(builtInKinds.filter((kind) => kind.resource === resource).map((kind) => kind.storageVersionHash));
  expect(hashes('events').size).toBe(1);
  expect(hashes('horizontalpodautoscalers').size).toBe(1);
});
