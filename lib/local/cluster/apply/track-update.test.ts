import { expect, test } from 'vitest';

import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { builtInSchema } from '../schemas/built-in-schema.ts';
import { trackUpdate, type UpdateToTrack } from './track-update.ts';

const schema = builtInSchema({ group: '', version: 'v1', kind: 'Pod' });
if (schema === undefined) throw new Error('expected a schema of Pod');

/** What the server's own type looks like when nothing is set. */
const emptyPod: KubernetesObject = { metadata: {}, spec: { containers: null }, status: {} };
const container = { name: 'c', image: 'i:1', resources: {} };
const pod: KubernetesObject = {
  metadata: { name: 'p', uid: 'u', labels: { app: 'p' }, finalizers: ['example.com/hold'] },
  spec: { containers: [container], restartPolicy: 'Always' },
  status: {},
};

function track(update: Partial<UpdateToTrack>) {
  return trackUpdate({
    before: emptyPod,
    isCreate: true,
    after: pod,
    manager: 'm',
    apiVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    subresource: '',
    schema: schema as UpdateToTrack['schema'],
    ignoredFields: ['status'],
    ...update,
  });
}

function withManaged(object: KubernetesObject, managedFields: unknown[] | undefined): KubernetesObject {
  return {
    ...object,
    metadata: { ...object.metadata, ...(managedFields === undefined ? {} : { managedFields }) },
  };
}

const created = withManaged(pod, track({}));

test('a create owns what it set, with a dot for objects that were not there before', () => {
  expect(created.metadata.managedFields).toEqual([
    {
      manager: 'm',
      operation: 'Update',
      apiVersion: 'v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': {
          'f:finalizers': { '.': {}, 'v:"example.com/hold"': {} },
          'f:labels': { '.': {}, 'f:app': {} },
        },
        'f:spec': {
          'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} } },
          'f:restartPolicy': {},
        },
      },
    },
  ]);
});

test('an object without any field of its own has no managers, and is not tracked later', () => {
  const bare: KubernetesObject = {
    metadata: { name: 'p', uid: 'u' },
    spec: { containers: null },
    status: {},
  };
  expect(track({ after: bare })).toBeUndefined();
  expect(track({ before: bare, isCreate: false })).toBeUndefined();
});

test('a change moves the field to who made it, and a removal takes it from everybody', () => {
  const { finalizers: _finalizers, ...withoutFinalizers } = created.metadata;
  const after = {
    ...created,
    metadata: withoutFinalizers,
    spec: { containers: [{ ...container, image: 'i:2' }], restartPolicy: 'Always' },
  };
  const entries = track({ before: created, after, isCreate: false, manager: 'n' }) as Record<
    string,
    unknown
  >[];
  expect(entries.map((entry) => [entry['manager'], entry['fieldsV1']])).toEqual([
    [
      'm',
      {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {}, 'f:resources': {} } },
          'f:restartPolicy': {},
        },
      },
    ],
    ['n', { 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { 'f:image': {} } } } }],
  ]);
});

test('the status subresource is another manager of the same name', () => {
  const after = { ...created, status: { phase: 'Running' } };
  const entries = track({
    before: created,
    after,
    isCreate: false,
    subresource: 'status',
    ignoredFields: ['spec'],
  });
  expect(entries).toMatchObject([
    { manager: 'm' },
    { manager: 'm', subresource: 'status', fieldsV1: { 'f:status': { 'f:phase': {} } } },
  ]);
});

test('a write that changes nothing keeps the entries with their times', () => {
  const entries = track({ before: created, after: created, isCreate: false, time: '2027-01-01T00:00:00Z' });
  expect(entries).toEqual(created.metadata.managedFields);
});

test('clients may write the entries themselves, and reset them with one empty entry', () => {
  const given = [
    {
      manager: 'x',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': {} },
    },
  ];
  expect(track({ before: created, after: withManaged(pod, given), isCreate: false })).toMatchObject([
    { manager: 'x' },
  ]);
  expect(track({ before: created, after: withManaged(pod, [{}]), isCreate: false })).toBeUndefined();
  const broken = [{ manager: 'x', operation: 'Grab' }];
  expect(track({ before: created, after: withManaged(pod, broken), isCreate: false })).toMatchObject([
    { manager: 'm' },
  ]);
});

test('the oldest of more than ten updaters are put together', () => {
  let live = created;
  for (let n = 0; n < 12; n += 1) {
    const after = {
      ...live,
      metadata: { ...live.metadata, labels: { ...live.metadata.labels, [`l${n}`]: '1' } },
    };
    const time = `2026-01-01T00:00:${10 + n}Z`;
    live = withManaged(after, track({ before: live, after, isCreate: false, manager: `m${n}`, time }));
  }
  const names = (live.metadata.managedFields as { manager: string }[]).map(({ manager }) => manager);
  expect(names).toEqual(['ancient-changes', ...Array.from({ length: 9 }, (_, n) => `m${n + 3}`)]);
});
