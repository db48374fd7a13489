import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import { parseRedactionRule } from '../../lib/core/redaction-rules.ts';
import { createResourceHandler } from './handler.ts';

const secrets = {
  kind: { group: '', version: 'v1', resource: 'secrets', kind: 'Secret' },
  namespace: '',
  custom: false,
};

const secret: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', namespace: 'shop', uid: 'u-1', resourceVersion: '7', managedFields: [{}] },
  data: { password: 'aHVudGVyMg==' },
};

const size = { receivedBytes: 300, atMostBytes: 300 };

describe('createResourceHandler()', () => {
  it('redacts before anything leaves, in deletes as well', () => {
    const { toEvent } = handler();
    for (const change of [
      { kind: 'upserted', object: secret, cause: 'watched', isFirst: true, ...size } as const,
      { kind: 'deleted', object: secret, receivedBytes: 300 } as const,
    ]) {
      const text = JSON.stringify(toEvent(change)?.event);
      expect(text).not.toContain('aHVudGVyMg==');
      expect(text).not.toContain('managedFields');
      expect(text).toContain('"password"');
    }
  });

  it('applies REDACT_PATHS to the resource that they name', () => {
    const { toEvent } = handler(['secrets:type', 'pods:kind2']);
    const object = { ...secret, type: 'private' };
    const outgoing = toEvent({ kind: 'upserted', object, cause: 'watched', isFirst: true, ...size });
    expect(outgoing?.event.data).toMatchObject({ type: 'REDACTED' });
  });

  it('tells of an object that a list found gone under the version of the list', () => {
    const { toEvent } = handler();
    const identity = { namespace: 'shop', name: 'login', uid: 'u-1', resourceVersion: '90' };
    expect(toEvent({ kind: 'gone', identity })?.event).toMatchObject({
      id: 'c/u-1/90/deleted',
      type: 'io.kubemirror.resource.deleted',
      subject: '/v1/secrets/shop/login',
      extensions: { truncated: 'true' },
    });
  });

  it('makes a manifest of what a list held, with the kind alone and no word of how it is followed', () => {
    const { toEvent } = handler();
    const event = toEvent({
      kind: 'manifest',
      range: { from: { namespace: 'a', name: 'b' }, entries: [['shop', 'login', 'u-1', '7']] },
      index: 3,
      listResourceVersion: '90',
    })?.event;
    expect(event?.data).toEqual({
      group: '',
      version: 'v1',
      resource: 'secrets',
      kind: 'Secret',
      cluster: 'c',
      scopeNamespace: '',
      listResourceVersion: '90',
      from: { namespace: 'a', name: 'b' },
      entries: [['shop', 'login', 'u-1', '7']],
    });
  });

  it('says nothing about progress', () => {
    expect(handler().toEvent({ kind: 'progress', resourceVersion: '9', synced: true })).toBeUndefined();
  });

  it('sends the identity of an object that it cannot handle, and reports it', () => {
    const reported: unknown[] = [];
    const { upserted } = handler([], (error) => reported.push(error));
    const cyclic: KubernetesObject = { ...secret, kind: 'Odd' };
    cyclic['self'] = cyclic;
    const { event } = upserted(cyclic, { receivedBytes: 0, atMostBytes: Number.POSITIVE_INFINITY });
    expect(event.extensions['truncated']).toBe('true');
    expect(event.data).toEqual({
      apiVersion: 'v1',
      kind: 'Odd',
      metadata: { name: 'login', namespace: 'shop', uid: 'u-1', resourceVersion: '7' },
    });
    expect(reported).toHaveLength(1);
  });
});

function handler(rules: readonly string[] = [], onError: (error: unknown) => void = () => {}) {
  return createResourceHandler(secrets, {
    cluster: 'c',
    redaction: {
      rules: rules.flatMap((text) => parseRedactionRule(text) ?? []),
      keepManagedFields: false,
    },
    nowMs: () => 1_795_000_000_000,
    onUnreadable: (_event, error) => onError(error),
  });
}
