import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readKubernetesEvent } from './kubernetes-event.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

const scaled: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'web.1', namespace: 'shop', creationTimestamp: '2026-11-20T10:00:00Z' },
  type: 'Normal',
  reason: 'ScalingReplicaSet',
  message: 'Scaled up',
  count: 3,
  eventTime: null,
  firstTimestamp: '2026-11-20T10:00:00Z',
  lastTimestamp: '2026-11-20T10:05:00Z',
  involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1' },
  reportingComponent: 'deployment-controller',
  source: { component: 'deployment-controller' },
};

describe('readKubernetesEvent()', () => {
  it('reads a recurring event of core/v1', () => {
    expect(readKubernetesEvent(scaled)).toMatchObject({
      type: 'Normal',
      count: 3,
      occurredAt: '2026-11-20T10:05:00Z',
      firstSeenAt: '2026-11-20T10:00:00Z',
      reportingController: 'deployment-controller',
      involved: {
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        uid: 'u1',
      },
    });
  });

  it('takes the last observation of a series for the time, not its first eventTime', () => {
    const series: KubernetesObject = {
      metadata: { name: 'a', creationTimestamp: '2026-11-20T10:00:01Z' },
      eventTime: '2026-11-20T10:00:00.123456Z',
      lastTimestamp: null,
      series: { count: 12, lastObservedTime: '2026-11-20T11:00:00.000001Z' },
    };
    expect(readKubernetesEvent(series)).toMatchObject({
      count: 12,
      seriesCount: 12,
      occurredAt: '2026-11-20T11:00:00.000001Z',
      firstSeenAt: '2026-11-20T10:00:00.123456Z',
    });
  });

  it('falls back to the creation time, and to none where there is no time at all', () => {
    const bare: KubernetesObject = { metadata: { name: 'a', creationTimestamp: '2026-11-20T10:00:00Z' } };
    expect(readKubernetesEvent(bare).occurredAt).toBe('2026-11-20T10:00:00Z');
    expect(readKubernetesEvent({ metadata: { name: 'a' } }).occurredAt).toBeUndefined();
  });

  it('reads the field names of events.k8s.io/v1', () => {
    const event: KubernetesObject = {
      apiVersion: 'events.k8s.io/v1',
      metadata: { name: 'a' },
      note: 'said',
      regarding: { kind: 'Pod', name: 'p' },
      deprecatedCount: 2,
      deprecatedSource: { component: 'kubelet', host: 'n1' },
      reportingController: 'kubelet',
    };
    expect(readKubernetesEvent(event)).toMatchObject({
      message: 'said',
      count: 2,
      sourceHost: 'n1',
      involved: { kind: 'Pod', name: 'p', group: '' },
    });
  });

  it('tells apart times that differ by microseconds only', () => {
    const event: KubernetesObject = {
      metadata: { name: 'a' },
      eventTime: '2026-11-20T10:00:00.123457Z',
      series: { lastObservedTime: '2026-11-20T10:00:00.123456Z' },
    };
    expect(readKubernetesEvent(event).occurredAt).toBe('2026-11-20T10:00:00.123457Z');
  });

  it('never throws, whatever stands in the fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(scaled)), fc.jsonValue()), (fields) => {
        const event = { ...fields, metadata: { name: 'a' } } as KubernetesObject;
        expect(typeof readKubernetesEvent(event).type).toBe('string');
      }),
    );
  });
});
