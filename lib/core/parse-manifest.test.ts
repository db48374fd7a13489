import { expect, it } from 'vitest';
import { manifestEvent } from './manifest-event.ts';
import { parseManifest } from './parse-manifest.ts';
import type { ResourceManifest } from './resource-manifest.ts';

const manifest: ResourceManifest = {
  cluster: 'here',
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  scopeNamespace: '',
  listResourceVersion: '9',
  from: { namespace: 'a', name: 'b' },
  entries: [['shop', 'cart', 'uid', '7']],
};
const event = manifestEvent(manifest, {
  functionName: 'resources-watcher',
  listedAt: '2026-11-20T10:00:00Z',
  index: 0,
});

it('parseManifest() gives back what manifestEvent() was given, parsed or in bytes', () => {
  expect(parseManifest(event)).toEqual({ kind: 'manifest', manifest });
  const bytes = Buffer.from(JSON.stringify(manifest));
  expect(parseManifest({ ...event, data: bytes })).toEqual({ kind: 'manifest', manifest });
});

it.each([
  ['manifest: entries.0', { ...manifest, entries: [['shop', 'cart', 'uid']] }],
  ['manifest: cluster', { ...manifest, cluster: '' }],
  ['manifest: listResourceVersion', { ...manifest, listResourceVersion: 9 }],
  ['manifest: ', Buffer.from('nonsense')],
  ['manifest: ', undefined],
])('parseManifest() names the field that is wrong: %s', (reason, data) => {
  expect(parseManifest({ ...event, data })).toEqual({
    kind: 'invalid',
    reason: expect.stringContaining(reason),
  });
});
