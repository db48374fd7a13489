import { describe, expect, it } from 'vitest';
import { eventTypes } from './event-types.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { manifestEvent } from './manifest-event.ts';
import { goneEvent, maxEventDataBytes, type ResourceEventContext, resourceEvent } from './resource-event.ts';

const context: ResourceEventContext = {
  cluster: 'Prod EU',
  functionName: 'resources-watcher',
  kind: { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment' },
  observedAt: '2026-11-20T10:00:00.000Z',
};

const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u-1',
    resourceVersion: '77',
    creationTimestamp: '2026-11-20T09:00:00Z',
    labels: { app: 'web' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u-0' }],
    annotations: { note: 'x' },
  },
  spec: { replicas: 1 },
};

describe('resourceEvent()', () => {
  it('carries the object under deterministic attributes', () => {
    expect(resourceEvent(eventTypes.resourceUpserted, deployment, context)).toEqual({
      id: 'Prod~20EU/u-1/77/upserted',
      source: '/clusters/Prod~20EU/resources-watcher',
      type: 'io.kubemirror.resource.upserted',
      subject: 'apps/v1/deployments/shop/web',
      time: '2026-11-20T10:00:00.000Z',
      datacontenttype: 'application/json',
      extensions: { partitionkey: 'u-1' },
      data: deployment,
    });
  });

  it('has another id for the deletion of the same version', () => {
    expect(resourceEvent(eventTypes.resourceDeleted, deployment, context).id).toBe(
      'Prod~20EU/u-1/77/deleted',
    );
  });

  it('keeps identity, labels and owners of an object that is too large, and says so', () => {
    const large = { ...deployment, data: { big: 'x'.repeat(maxEventDataBytes) } };
    const event = resourceEvent(eventTypes.resourceUpserted, large, context, { receivedBytes: 1_100_000 });
    expect(event.extensions['truncated']).toBe('true');
    expect(event.data).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'web',
        namespace: 'shop',
        uid: 'u-1',
        resourceVersion: '77',
        creationTimestamp: '2026-11-20T09:00:00Z',
        labels: { app: 'web' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u-0' }],
      },
    });
  });

  it('measures bytes, not characters, when the received size is unknown', () => {
    const wide = { ...deployment, data: { big: 'é'.repeat(maxEventDataBytes / 2) } };
    expect(resourceEvent(eventTypes.resourceUpserted, wide, context).extensions['truncated']).toBe('true');
  });

  it('lets even labels go where they alone would be too much', () => {
    const labels = Object.fromEntries(
      Array.from({ length: 40_000 }, (_, i) => [`label-${i}`, 'x'.repeat(20)]),
    );
    const large = { ...deployment, metadata: { ...deployment.metadata, labels } };
    const { data } = resourceEvent(eventTypes.resourceUpserted, large, context);
    expect(data.metadata.labels).toBeUndefined();
    expect(data.metadata.uid).toBe('u-1');
  });

  it('tells objects without a uid apart by their place', () => {
    const { uid: _uid, ...metadata } = deployment.metadata;
    const event = resourceEvent(eventTypes.resourceUpserted, { ...deployment, metadata }, context);
    expect(event.id).toBe('Prod~20EU/apps:deployments:shop:web/77/upserted');
    expect(event.extensions).toEqual({});
  });
});

describe('goneEvent()', () => {
  it('is a deletion that carries identity only', () => {
    const gone = { namespace: '', name: 'n1', uid: 'u-2', resourceVersion: '90' };
    const event = goneEvent(gone, {
      ...context,
      kind: { group: '', version: 'v1', resource: 'nodes', kind: 'Node' },
    });
    expect(event).toMatchObject({
      type: 'io.kubemirror.resource.deleted',
      subject: '/v1/nodes//n1',
      extensions: { truncated: 'true', partitionkey: 'u-2' },
      data: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'u-2', resourceVersion: '90' } },
    });
    expect(event.data.metadata).not.toHaveProperty('namespace');
  });
});

describe('manifestEvent()', () => {
  it('has an id of its own for every list, although nothing changed between two', () => {
    const manifest = {
      ...context.kind,
      cluster: 'c',
      scopeNamespace: '',
      listResourceVersion: '5',
      entries: [],
    };
    const at = (listedAt: string, index: number) =>
      manifestEvent(manifest, { functionName: 'resources-watcher', listedAt, index }).id;
    const ids = [at('2026-11-20T10:00:00Z', 0), at('2026-11-20T10:00:00Z', 1), at('2026-11-20T10:10:00Z', 0)];
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe('c/apps/v1/deployments//5/1795168800000/0/manifest');
  });
});
