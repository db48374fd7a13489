import { expect, it } from 'vitest';
import { appConfigKind } from '../../lib/core/app-config-kind.ts';
import { renderedEvent } from './rendered-event.ts';

it('renderedEvent() goes on with the trace of the change, and names another event for each attempt', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const told = (at: string, phase: 'failed' | 'applied') =>
    renderedEvent(
      { name: 'a', outcome: { id: '1', generation: 2, phase, goneNames: [] } },
      {
        cause: { extensions: { traceparent, other: 'x' } },
        cluster: 'here',
        kind: appConfigKind({
          APPCONFIG_GROUP: 'example.org',
          APPCONFIG_VERSION: 'v1',
          APPCONFIG_NAMESPACE: 'default',
        }),
        target: 'cluster',
        at: new Date(at),
      },
    );
  const first = told('2026-11-20T10:00:00Z', 'failed');
  expect(first.extensions).toEqual({ partitionkey: '1', generation: '2', traceparent });
  expect(told('2026-11-20T10:00:05Z', 'failed').id).not.toBe(first.id);
  expect(told('2026-11-20T10:00:05Z', 'applied').id).toBe(told('2026-11-20T10:00:09Z', 'applied').id);
});
