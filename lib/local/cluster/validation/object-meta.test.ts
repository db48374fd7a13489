import { expect, test } from 'vitest';

import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta.ts';

const configmaps = { group: '', resource: 'configmaps', namespaced: true, custom: undefined };
const widgets = { group: 'example.com', resource: 'widgets', namespaced: true, custom: {} };
const nodes = { group: '', resource: 'nodes', namespaced: false, custom: undefined };
const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' };

test('metadata of a usual object has no problems', () => {
  const meta = {
    name: 'a',
    namespace: 'shop',
    labels: { 'example.com/app': 'web' },
    annotations: { 'Example.com/Note': 'any text' },
    ownerReferences: [{ ...owner, controller: true }],
    finalizers: ['example.com/hold', 'orphan'],
  };
  expect(validateObjectMeta(meta, configmaps)).toEqual([]);
});

test('every problem is reported, in the order of the API server', () => {
  const meta = {
    name: 'A',
    namespace: 'shop',
    generation: -1,
    labels: { '-a': 'b', c: '-' },
    annotations: { 'X Y': '1' },
    ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }],
    finalizers: ['bad', 'ok.io/x'],
  };
  expect(validateObjectMeta(meta, configmaps).map(({ field }) => field)).toEqual([
    'metadata.name',
    'metadata.generation',
    'metadata.labels',
    'metadata.labels',
    'metadata.annotations',
    'metadata.ownerReferences.apiVersion',
    'metadata.ownerReferences.kind',
    'metadata.ownerReferences.name',
    'metadata.ownerReferences.uid',
    'metadata.finalizers[0]',
  ]);
});

test('a missing name is a required value', () => {
  expect(validateObjectMeta({ namespace: 'shop' }, configmaps)).toEqual([
    {
      type: 'FieldValueRequired',
      field: 'metadata.name',
      message: 'Required value: name or generateName is required',
    },
  ]);
});

test('a namespace is required or not allowed, as the scope says', () => {
  expect(validateObjectMeta({ name: 'a' }, configmaps)[0]?.field).toBe('metadata.namespace');
  expect(validateObjectMeta({ name: 'a', namespace: 'x' }, nodes)[0]?.type).toBe('FieldValueForbidden');
});

test('annotations of more than 256 KiB are too long', () => {
  const annotations = { a: 'x'.repeat(256 * 1024) };
  expect(validateObjectMeta({ name: 'a', namespace: 'x', annotations }, configmaps)).toEqual([
    {
      type: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: 'Too long: may not be more than 262144 bytes',
    },
  ]);
});

test('custom resources may have finalizers without a domain', () => {
  expect(validateObjectMeta({ name: 'a', namespace: 'x', finalizers: ['hold'] }, widgets)).toEqual([]);
});

test('two controllers and an owning event are refused', () => {
  const controllers = [
    { ...owner, controller: true },
    { ...owner, name: 'q', controller: true },
  ];
  const meta = { name: 'a', namespace: 'x' };
  expect(validateObjectMeta({ ...meta, ownerReferences: controllers }, configmaps)[0]?.message).toContain(
    'Found "true" in references for Pod/p and Pod/q',
  );
  expect(
    validateObjectMeta({ ...meta, ownerReferences: [{ ...owner, kind: 'Event' }] }, configmaps)[0]?.message,
  ).toContain('/v1, Kind=Event is disallowed from being an owner');
});

test('an update may not change what the server owns, nor come without a version', () => {
  const stored = { name: 'a', uid: 'u1', resourceVersion: '7', generation: 2 };
  expect(
    validateObjectMetaUpdate({ ...stored, uid: 'u2', generation: 1, resourceVersion: '' }, stored),
  ).toEqual([
    {
      type: 'FieldValueInvalid',
      field: 'metadata.resourceVersion',
      message: 'Invalid value: "": must be specified for an update',
    },
    {
      type: 'FieldValueInvalid',
      field: 'metadata.generation',
      message: 'Invalid value: 1: must not be decremented',
    },
    {
      type: 'FieldValueInvalid',
      field: 'metadata.uid',
      message: 'Invalid value: "u2": field is immutable',
    },
  ]);
});

test('while an object is being deleted finalizers may go but none may come', () => {
  const stored = {
    name: 'a',
    resourceVersion: '7',
    deletionTimestamp: '2026-01-01T00:00:00Z',
    finalizers: ['example.com/hold'],
  };
  expect(validateObjectMetaUpdate({ ...stored, finalizers: [] }, stored)).toEqual([]);
  const more = ['example.com/hold', 'example.com/more'];
  expect(validateObjectMetaUpdate({ ...stored, finalizers: more }, stored)[0]?.message).toBe(
    'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
  );
});
