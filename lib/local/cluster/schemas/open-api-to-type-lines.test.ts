import { expect, test } from 'vitest';

import { openApiToTypeLines } from './open-api-to-type-lines.ts';

const reference = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] });

const schemas = {
  'io.k8s.api.a.v1.Thing': {
    type: 'object',
    'x-kubernetes-group-version-kind': [{ group: 'a.io', version: 'v1', kind: 'Thing' }],
    properties: {
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      parts: {
        type: 'array',
        items: reference('io.k8s.api.a.v1.Part'),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port', 'protocol'],
        'x-kubernetes-patch-strategy': 'merge,retainKeys',
        'x-kubernetes-patch-merge-key': 'port',
      },
      metadata: reference('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'),
      size: { type: 'integer', format: 'int32' },
    },
  },
  'io.k8s.api.a.v1.Part': {
    type: 'object',
    'x-kubernetes-map-type': 'atomic',
    properties: {
      port: { type: 'integer', format: 'int64' },
      protocol: { type: 'string', default: 'TCP' },
      amount: reference('io.k8s.apimachinery.pkg.api.resource.Quantity'),
      tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    },
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': {
    type: 'object',
    properties: { creationTimestamp: reference('io.k8s.apimachinery.pkg.apis.meta.v1.Time') },
  },
  'io.k8s.api.a.v1.Unused': { type: 'object', properties: { x: { type: 'string' } } },
};

const field = (Name: string, Kind: string, OmitEmpty: boolean, OmitZero = false) => ({
  Name,
  Kind,
  OmitEmpty,
  OmitZero,
});

const tags = {
  'io.k8s.api.a.v1.Thing': [
    field('metadata', 'struct', true),
    field('size', 'ptr', true),
    field('parts', 'slice', false),
    field('labels', 'map', true),
  ],
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': [field('creationTimestamp', 'struct', true, true)],
};

test('a served kind and what it is made of become one line each, fields in the order of the struct', () => {
  expect(openApiToTypeLines(schemas, tags, new Set(['a.io/v1/Thing']))).toEqual([
    "a.v1.Part* port:l protocol:s'TCP amount:q tags:[s]$",
    'a.v1.Thing =a.io/v1/Thing metadata:<meta.v1.ObjectMeta>! size:i parts:[<Part>]#port,protocol%port^! labels:{s}=',
    'meta.v1.ObjectMeta creationTimestamp:t=',
  ]);
});

test('nothing is written for kinds that are not served', () => {
  expect(openApiToTypeLines(schemas, tags, new Set())).toEqual([]);
});
