import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import { createEventHandler } from './handler.ts';
import { createInvolvedResources } from './involved-resources.ts';

const event: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {
    name: 'web.1',
    namespace: 'shop',
    uid: 'e-1',
    resourceVersion: '12',
    labels: { 'krateo.io/composition-id': 'kept' },
    managedFields: [{}],
  },
  involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u-1' },
  lastTimestamp: '2001-01-01T00:00:00Z',
};

describe('createEventHandler()', () => {
  it('passes on every event whole, however old it is and whatever labels it has', () => {
    const toEvent = createEventHandler({
      cluster: 'c',
      redaction: { rules: [], keepManagedFields: false },
      involvedResource: () => 'deployments',
      nowMs: () => 1_795_000_000_000,
      onUnreadable: () => {},
    });
    const { managedFields: _managedFields, ...metadata } = event.metadata;
    expect(toEvent(event, { atMostBytes: 1_000 })).toEqual({
      id: 'c/e-1/12/recorded',
      source: '/clusters/c/events-watcher',
      type: 'io.kubemirror.event.recorded',
      subject: '/v1/events/shop/web.1',
      time: '2026-11-18T11:06:40.000Z',
      datacontenttype: 'application/json',
      extensions: { partitionkey: 'e-1', involvedresource: 'deployments' },
      data: { ...event, metadata },
    });
  });

  it('has no involvedresource where discovery does not know the kind', () => {
    const toEvent = createEventHandler({
      cluster: 'c',
      redaction: { rules: [], keepManagedFields: false },
      involvedResource: () => undefined,
      nowMs: () => 0,
      onUnreadable: () => {},
    });
    expect(toEvent(event, { atMostBytes: 1_000 }).extensions).toEqual({ partitionkey: 'e-1' });
    expect(toEvent({ metadata: { name: 'bare' } }, { atMostBytes: 1_000 }).data).toMatchObject({
      metadata: { name: 'bare' },
    });
  });
});

describe('createInvolvedResources()', () => {
  it('knows plurals by group and kind, and asks again for one that is new, but not for each event', async () => {
    let asked = 0;
    let nowMs = 0;
    const kinds = [{ group: 'apps', kind: 'Deployment', resource: 'deployments' }];
    const involved = createInvolvedResources({
      discover: async () => {
        asked += 1;
        const rest = {
          version: 'v1',
          namespaced: true,
          verbs: [],
          singular: '',
          shortNames: [],
          categories: [],
        };
        return { resources: kinds.map((kind) => ({ ...kind, ...rest })), unknown: [] };
      },
      nowMs: () => nowMs,
      onError: () => {},
    });
    await involved.refresh();
    expect(involved.lookUp({ group: 'apps', kind: 'Deployment' })).toBe('deployments');
    kinds.push({ group: 'example.org', kind: 'Widget', resource: 'widgets' });
    for (let index = 0; index < 100; index += 1) {
      expect(involved.lookUp({ group: 'example.org', kind: 'Widget' })).toBeUndefined();
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(2);
    expect(involved.lookUp({ group: 'example.org', kind: 'Widget' })).toBe('widgets');
    for (let index = 0; index < 100; index += 1) involved.lookUp({ group: 'none', kind: 'None' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(2);
    nowMs = 20_000;
    involved.lookUp({ group: 'none', kind: 'None' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(3);
  });
});
