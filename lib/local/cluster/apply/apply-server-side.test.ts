import { expect, test } from 'vitest';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { builtInSchema } from '../schemas/built-in-schema.ts';
import type { SchemaNode } from '../schemas/schema-node.ts';
import { type ApplyRequest, applyServerSide } from './apply-server-side.ts';
import { describeConflicts } from './conflict-message.ts';
import { trackUpdate } from './track-update.ts';

function schemaOf(group: string, kind: string): SchemaNode {
  const node = builtInSchema({ group, version: 'v1', kind });
  if (node === undefined) throw new Error(`expected a schema of ${kind}`);
  return node;
}

const configMap = schemaOf('', 'ConfigMap');
const deployment = schemaOf('apps', 'Deployment');
const time = '2026-01-01T00:00:00Z';
const later = '2026-01-01T00:00:10Z';

function apply(
  live: KubernetesObject,
  manager: string,
  fields: Record<string, unknown>,
  options: Partial<ApplyRequest> = {},
) {
  return applyServerSide({
    live,
    applied: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...fields },
    manager,
    force: false,
    schema: configMap,
    apiVersion: 'v1',
    time,
    subresource: '',
    ignoredFields: [],
    ...options,
  });
}

function merged(outcome: ReturnType<typeof applyServerSide>): KubernetesObject {
  if (outcome.kind !== 'merged') throw new Error(`expected no conflict: ${JSON.stringify(outcome)}`);
  return { ...outcome.object, metadata: { ...outcome.object.metadata, uid: 'u' } };
}

function ownership(object: KubernetesObject): Record<string, unknown> {
  const entries = (object.metadata.managedFields ?? []) as { manager: string; fieldsV1: unknown }[];
  return Object.fromEntries(entries.map((entry) => [entry.manager, entry.fieldsV1]));
}

const fresh: KubernetesObject = { metadata: {} };

test('the first apply owns exactly what it says', () => {
  const object = merged(apply(fresh, 'one', { data: { x: '1', y: '1' } }));
  expect(object['data']).toEqual({ x: '1', y: '1' });
  expect(object.metadata.managedFields).toEqual([
    {
      manager: 'one',
      operation: 'Apply',
      apiVersion: 'v1',
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:x': {}, 'f:y': {} } },
    },
  ]);
});

test('two managers own disjoint fields side by side', () => {
  const first = merged(apply(fresh, 'one', { data: { x: '1' } }));
  const second = merged(apply(first, 'two', { data: { z: '2' } }));
  expect(second['data']).toEqual({ x: '1', z: '2' });
  expect(ownership(second)).toEqual({ one: { 'f:data': { 'f:x': {} } }, two: { 'f:data': { 'f:z': {} } } });
});

test('another value for a field of somebody else is a conflict, and moves the field when forced', () => {
  const live = merged(apply(fresh, 'one', { data: { x: '1', y: '1' } }));
  const refused = apply(live, 'two', { data: { x: '2' } });
  expect(refused.kind === 'conflict' && describeConflicts(refused.conflicts)).toEqual({
    message: 'Apply failed with 1 conflict: conflict with "one": .data.x',
    causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.x' }],
  });
  const forced = merged(apply(live, 'two', { data: { x: '2' } }, { force: true }));
  expect(ownership(forced)).toEqual({ one: { 'f:data': { 'f:y': {} } }, two: { 'f:data': { 'f:x': {} } } });
});

test('several conflicts are listed by manager', () => {
  const one = merged(apply(fresh, 'one', { data: { x: '1', y: '1' } }));
  const managedFields = trackUpdate({
    before: one,
    isCreate: false,
    after: { ...one, data: { x: '1', y: '1', z: '1' } },
    manager: 'editor',
    apiVersion: 'v1',
    time,
    subresource: '',
    schema: configMap,
    ignoredFields: [],
  });
  const live = { ...one, data: { x: '1', y: '1', z: '1' }, metadata: { ...one.metadata, managedFields } };
  const refused = apply(live as KubernetesObject, 'two', { data: { x: '2', y: '2', z: '2' } });
  expect(refused.kind === 'conflict' && describeConflicts(refused.conflicts).message).toBe(
    [
      'Apply failed with 3 conflicts: conflicts with "editor" using v1:',
      '- .data.z',
      'conflicts with "one":',
      '- .data.x',
      '- .data.y',
    ].join('\n'),
  );
});

test('the same value makes both own the field, and it stays when one gives it up', () => {
  const one = merged(apply(fresh, 'one', { data: { x: '1' } }));
  const both = merged(apply(one, 'two', { data: { x: '1' } }));
  expect(ownership(both)).toEqual({ one: { 'f:data': { 'f:x': {} } }, two: { 'f:data': { 'f:x': {} } } });
  const left = merged(apply(both, 'one', { data: {} }));
  expect(left['data']).toEqual({ x: '1' });
  expect(merged(apply(left, 'two', { data: {} }))['data']).toEqual({});
});

test('a field that the applier gave up is removed, one that was never applied stays', () => {
  const one = merged(apply(fresh, 'one', { data: { x: '1', y: '1' } }));
  const withOther = { ...one, data: { x: '1', y: '1', unmanaged: '1' } };
  expect(merged(apply(withOther, 'one', { data: { y: '1' } }))['data']).toEqual({ y: '1', unmanaged: '1' });
});

test('an apply without effect keeps the time of the last one', () => {
  const one = merged(apply(fresh, 'one', { data: { x: '1' } }));
  const again = merged(apply(one, 'one', { data: { x: '1' } }, { time: later }));
  expect(again.metadata.managedFields).toEqual(one.metadata.managedFields);
  const changed = merged(apply(one, 'one', { data: { x: '2' } }, { time: later }));
  expect(changed.metadata.managedFields).toMatchObject([{ time: later }]);
});

test('what an object had before anybody applied it belongs to nobody in particular', () => {
  const live = { metadata: { name: 'a', uid: 'u' }, data: { x: '1' } };
  const refused = apply(live, 'one', { data: { x: '2' } });
  expect(refused.kind === 'conflict' && describeConflicts(refused.conflicts).message).toBe(
    'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.x',
  );
});

test('items of keyed lists are merged by their keys and keep the applied order', () => {
  const template = (containers: unknown) => ({ spec: { template: { spec: { containers } } } });
  const request = { schema: deployment, apiVersion: 'apps/v1' };
  const one = merged(
    apply(
      fresh,
      'one',
      template([
        { name: 'web', image: 'w:1' },
        { name: 'log', image: 'l:1' },
      ]),
      request,
    ),
  );
  const two = merged(
    apply(one, 'two', template([{ name: 'web', args: ['-v'], ports: [{ containerPort: 80 }] }]), request),
  );
  expect(two['spec']).toEqual({
    template: {
      spec: {
        containers: [
          { name: 'web', image: 'w:1', args: ['-v'], ports: [{ containerPort: 80 }] },
          { name: 'log', image: 'l:1' },
        ],
      },
    },
  });
  expect(JSON.stringify(ownership(two)['two'])).toContain(
    'k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}',
  );
});

test('fields that the endpoint does not take are not owned', () => {
  const outcome = apply(
    fresh,
    'one',
    { spec: { replicas: 1 }, status: { replicas: 1 } },
    { schema: deployment, apiVersion: 'apps/v1', ignoredFields: ['status'] },
  );
  expect(ownership(merged(outcome))).toEqual({ one: { 'f:spec': { 'f:replicas': {} } } });
});
