import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import { createDefinitions } from './definitions.ts';

const size = { receivedBytes: 1, atMostBytes: 1 };

describe('createDefinitions()', () => {
  it('is complete after a whole list, and changes only when what matters for following changes', () => {
    const definitions = createDefinitions();
    expect(definitions.take(upserted('listed'))).toBe(true);
    expect(definitions.isComplete()).toBe(false);
    expect(definitions.take({ kind: 'progress', resourceVersion: '5', synced: true })).toBe(true);
    expect(definitions.isComplete()).toBe(true);
    expect(definitions.take({ kind: 'progress', resourceVersion: '6', synced: false })).toBe(false);
    expect(definitions.resourceVersion()).toBe('6');
    expect(definitions.take(upserted('watched', { labels: { a: 'b' } }))).toBe(false);
    expect(definitions.all()).toHaveLength(1);
  });

  it('knows that a definition exists although it is not established', () => {
    const definitions = createDefinitions();
    definitions.take(upserted('watched', {}, false));
    expect(definitions.all()).toEqual([]);
    expect(definitions.has({ group: 'example.org', resource: 'widgets' })).toBe(true);
  });

  it.each(['deleted', 'gone'] as const)('forgets a definition that is %s', (kind) => {
    const definitions = createDefinitions();
    definitions.take(upserted('watched'));
    const changed =
      kind === 'deleted'
        ? definitions.take({ kind, object: definition(), receivedBytes: 1 })
        : definitions.take({
            kind,
            identity: { namespace: '', name: 'widgets.example.org', uid: 'u', resourceVersion: '9' },
          });
    expect(changed).toBe(true);
    expect(definitions.has({ group: 'example.org', resource: 'widgets' })).toBe(false);
  });
});

function upserted(cause: 'listed' | 'watched', metadata: object = {}, established = true) {
  return {
    kind: 'upserted',
    object: definition(metadata, established),
    cause,
    isFirst: true,
    ...size,
  } as const;
}

function definition(metadata: object = {}, established = true): KubernetesObject {
  return {
    metadata: { name: 'widgets.example.org', resourceVersion: '9', ...metadata },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true }],
    },
    status: {
      acceptedNames: { plural: 'widgets', kind: 'Widget' },
      conditions: [{ type: 'Established', status: established ? 'True' : 'False' }],
    },
  };
}
