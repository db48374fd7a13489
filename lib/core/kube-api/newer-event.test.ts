import { describe, expect, it } from 'vitest';
import { newerEvent } from './newer-event.ts';

describe('newerEvent()', () => {
  const metadata = { name: 'web.1', namespace: 'shop' };

  it('calls the fields of core/v1 by their names in events.k8s.io/v1', () => {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata,
      type: 'Warning',
      reason: 'BackOff',
      involvedObject: { kind: 'Pod', name: 'web' },
      message: 'again',
      source: { component: 'kubelet' },
      count: 3,
      reportingComponent: 'kubelet',
      firstTimestamp: null,
    };
    expect(newerEvent(event)).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata,
      type: 'Warning',
      reason: 'BackOff',
      regarding: { kind: 'Pod', name: 'web' },
      note: 'again',
      deprecatedSource: { component: 'kubelet' },
      deprecatedCount: 3,
      reportingController: 'kubelet',
      deprecatedFirstTimestamp: null,
    });
  });

  it('leaves an event alone that has these names already', () => {
    const event = { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata, note: 'again', regarding: {} };
    expect(newerEvent(event)).toEqual(event);
  });
});
