import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareVersions, customDefinitions } from './custom-definitions.ts';

test('versions are served by priority: newest release first, then beta, then alpha, then the rest', () => {
  const expected = [
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v10beta3',
    'v3beta1',
    'v12alpha1',
    'v11alpha2',
    'foo1',
    'foo10',
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(expected, { minLength: expected.length }), (shuffled) => {
      expect(shuffled.toSorted(compareVersions)).toEqual(expected);
    }),
  );
});

test('versions that are not served are left out, and all share the storage of the stored one', () => {
  const version = (name: string, served: boolean, storage: boolean) => ({ name, served, storage });
  const definitions = customDefinitions({
    metadata: { name: 'lamps.example.com', uid: 'u' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'lamps', kind: 'Lamp' },
      versions: [
        version('v1alpha1', false, false),
        version('v1beta1', true, false),
        version('v1', true, true),
      ],
    },
  });
  expect(definitions.map(({ version: name }) => name)).toEqual(['v1', 'v1beta1']);
  expect(new Set(definitions.map(({ storage }) => storage))).toEqual(new Set(['example.com/lamps']));
  const [stored, other] = definitions;
  expect(stored?.conversion).toBeUndefined();
  const served = other?.conversion?.fromStored({ apiVersion: 'example.com/v1', metadata: {}, spec: {} });
  expect(served?.apiVersion).toBe('example.com/v1beta1');
});
