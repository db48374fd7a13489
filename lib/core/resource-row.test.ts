import { describe, expect, it } from 'vitest';
import type { CloudEvent } from './cloud-event.ts';
import { eventTypes } from './event-types.ts';
import { resourceRow } from './resource-row.ts';

const uid = '7d2c2a5e-9c5b-4d0f-8d36-0c9a3f1a2b01';
const context = { clusterName: undefined, nowMicros: 42 };

function deployment(metadata: object, rest: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'shop', uid, resourceVersion: '12', ...metadata },
    ...rest,
  };
}

function event(data: unknown, changes: Partial<CloudEvent> = {}): CloudEvent {
  return {
    id: '1',
    source: '/clusters/here/resources-watcher',
    type: eventTypes.resourceUpserted,
    subject: 'apps/v1/deployments/shop/cart',
    time: '2026-11-20T10:00:00.000001Z',
    extensions: {},
    data: Buffer.isBuffer(data) ? data : Buffer.from(JSON.stringify(data)),
    ...changes,
  };
}

function row(input: CloudEvent, clusterName?: string) {
  const result = resourceRow(input, { ...context, clusterName });
  if (result.kind !== 'row') throw new Error(`${result.kind}: ${result.reason}`);
  return result.row;
}

describe('resourceRow', () => {
  it('reads identity from subject and object, and passes the bytes on as they came', () => {
    const input = event(
      deployment({ creationTimestamp: '2026-11-20T09:00:00Z', ownerReferences: [{ uid: 'owner' }] }),
    );
    expect(row(input)).toEqual({
      deleted: false,
      cluster: 'here',
      uid,
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      resource: 'deployments',
      namespace: 'shop',
      name: 'cart',
      resourceVersion: '12',
      compositionId: undefined,
      ownerUids: ['owner'],
      createdAtMicros: 1_795_165_200_000_000,
      observedAtMicros: 1_795_168_800_000_001,
      truncated: false,
      json: input.data,
    });
  });

  it('takes the composition from a label that is a UUID, and ignores one that is not', () => {
    const label = (value: unknown) => deployment({ labels: { 'krateo.io/composition-id': value } });
    expect(row(event(label(uid))).compositionId).toBe(uid);
    for (const bad of ['', 'main', 7, null]) expect(row(event(label(bad))).compositionId).toBeUndefined();
  });

  it('takes a composition as its own', () => {
    const subject = 'composition.krateo.io/v1/carts/shop/cart';
    expect(row(event(deployment({}), { subject })).compositionId).toBe(uid);
  });

  it('keeps an object whose dates are of no use, and uses the time of arrival for that of observation', () => {
    const input = event(deployment({ creationTimestamp: '0000-01-01T00:00:00Z' }), {
      time: '0000-01-01T00:00:00Z',
    });
    expect(row(input)).toMatchObject({ createdAtMicros: undefined, observedAtMicros: 42 });
  });

  it.each([
    ['metadata.uid is missing', event(deployment({ uid: undefined }))],
    ['metadata.uid is missing', event(deployment({ uid: 5 }))],
    ['data is not JSON', event(Buffer.from('{'))],
    ['data is not UTF-8', event(Buffer.from([0x7b, 0xff, 0x7d]))],
    ['the event has no data', event({}, { data: undefined })],
    ['data is no Kubernetes object: metadata is missing', event([1])],
    ['data holds a NUL character, which PostgreSQL cannot store', event(deployment({ name: 'a\0b' }))],
    ['subject does not name a resource', event(deployment({}), { subject: 'cart' })],
    ['source is not /clusters/<cluster>/<function>', event(deployment({}), { source: 'here' })],
  ])('finds poison: %s', (reason, input) => {
    expect(resourceRow(input, context)).toEqual({ kind: 'poison', reason });
  });

  it('takes an escaped backslash before u0000 for what it is', () => {
    expect(row(event(Buffer.from(JSON.stringify(deployment({ name: '\\u0000' }))))).name).toBe('\\u0000');
  });

  it("reads Knative's ApiServerSource, without what our watcher would have removed", () => {
    const data = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'shop', uid, resourceVersion: '3', managedFields: [{}] },
      data: { password: 'cw==' },
    };
    const input = event(data, {
      type: eventTypes.apiServerDelete,
      source: 'https://10.96.0.1:443',
      subject: '/apis/v1/namespaces/shop/secrets/db',
    });
    const found = row(input, 'here');
    expect(found).toMatchObject({
      deleted: true,
      cluster: 'here',
      group: '',
      version: 'v1',
      resource: 'secrets',
      namespace: 'shop',
    });
    expect(JSON.parse(String(found.json))).toEqual({
      ...data,
      metadata: { name: 'db', namespace: 'shop', uid, resourceVersion: '3' },
      data: { password: 'UkVEQUNURUQ=' },
    });
    expect(resourceRow(input, context)).toEqual({
      kind: 'poison',
      reason: 'the event names no cluster and CLUSTER_NAME is not set',
    });
  });

  it('leaves Kubernetes events of an ApiServerSource to the events-ingester', () => {
    const data = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', uid } };
    const input = event(data, {
      type: eventTypes.apiServerAdd,
      subject: '/apis/v1/namespaces/shop/events/e',
    });
    expect(resourceRow(input, { ...context, clusterName: 'here' }).kind).toBe('skip');
  });
});
