import { expect, test } from 'vitest';

import type { StructuralSchema } from './structural-schema.ts';
import { type CrdSpec, validateCrd } from './validate-crd.ts';

type Version = NonNullable<CrdSpec['versions']>[number];

const version: Version = {
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object' } },
};
const names = { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' };
const valid: CrdSpec = { group: 'a.io', scope: 'Namespaced', names, versions: [version] };

function problems(spec: CrdSpec, name = 'foos.a.io'): string[] {
  return validateCrd({ metadata: { name }, spec: { ...valid, ...spec } }).map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

function schemaProblems(properties: Record<string, StructuralSchema>): string[] {
  const schema = { openAPIV3Schema: { type: 'object', properties } };
  return problems({ versions: [{ ...version, schema }] }).map((text) =>
    text.replace('spec.validation.openAPIV3Schema.', ''),
  );
}

test('a usual definition has no problems', () => {
  expect(problems({})).toEqual([]);
});

test('a definition without anything lacks everything', () => {
  const found = validateCrd({ metadata: { name: 'foos.a.io' } });
  expect(found.map(({ field }) => field)).toEqual([
    'metadata.name',
    'spec.group',
    'spec.scope',
    'spec.versions',
    'spec.names.plural',
    'spec.names.singular',
    'spec.names.kind',
    'spec.names.listKind',
    'status.storedVersions',
  ]);
});

test.each<[CrdSpec, string]>([
  [{ scope: 'X' }, 'spec.scope: Unsupported value: "X": supported values: "Cluster", "Namespaced"'],
  [
    { names: { ...names, listKind: 'Foo' } },
    'spec.names.listKind: Invalid value: "Foo": kind and listKind may not be the same',
  ],
  [{ preserveUnknownFields: true }, 'spec.preserveUnknownFields: Invalid value: true: cannot set to true'],
  [
    { conversion: { strategy: 'X' } },
    'spec.conversion.strategy: Unsupported value: "X": supported values: "None", "Webhook"',
  ],
  [
    { conversion: { strategy: 'Webhook' } },
    'spec.conversion.strategy: Forbidden: conversion webhooks are not supported',
  ],
  [{ versions: [{ ...version, schema: {} }] }, 'spec.versions[0].schema.openAPIV3Schema: Required value'],
  [
    { versions: [{ ...version, schema: { openAPIV3Schema: { type: 'string' } } }] },
    'spec.validation.openAPIV3Schema.type: Invalid value: "string": must be object at the root',
  ],
  [
    { versions: [{ ...version, schema: { openAPIV3Schema: {} } }] },
    'spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root',
  ],
  [
    { versions: [version, { ...version, storage: false }] },
    'spec.versions: Invalid value: [{"Name":"v1","Served":true,"Storage":true,"Deprecated":false,',
  ],
  [
    { versions: [{ ...version, additionalPrinterColumns: [{ name: 'A', type: 'string' }] }] },
    'spec.additionalPrinterColumns[0].JSONPath: Required value',
  ],
  [
    { versions: [{ ...version, subresources: { scale: { specReplicasPath: '.x' } } }] },
    'spec.subresources.scale.specReplicasPath: Invalid value: ".x": should be a json path under .spec',
  ],
])('%j is refused', (spec, text) => {
  expect(problems(spec)[0]).toContain(text);
});

test('what differs between versions is told with the version', () => {
  const other: Version = { ...version, name: 'v2', storage: false, schema: { openAPIV3Schema: {} } };
  expect(problems({ versions: [version, other] })).toEqual([
    'spec.versions[1].schema.openAPIV3Schema.type: Required value: must not be empty at the root',
  ]);
});

test('groups of Kubernetes itself need an approval', () => {
  const group = 'x.k8s.io';
  expect(problems({ group }, `foos.${group}`)[0]).toContain(
    'metadata.annotations[api-approved.kubernetes.io]: Required',
  );
});

test.each<[Record<string, StructuralSchema>, string]>([
  [{ a: {} }, 'properties[a].type: Required value: must not be empty for specified object fields'],
  [
    { a: { type: 'objekt' } },
    'properties[a].type: Unsupported value: "objekt": supported values: "array", "boolean"',
  ],
  [{ a: { type: 'array' } }, 'properties[a].items: Required value: must be specified'],
  [
    { a: { type: 'array', items: {} } },
    'properties[a].items.type: Required value: must not be empty for specified array items',
  ],
  [
    { a: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' } },
    'properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
  ],
  [
    {
      a: { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } },
    },
    'properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
  ],
  [
    { a: { type: 'integer', default: 'x' } },
    'properties[a].default: Invalid value: "string":  in body must be of type integer: "string"',
  ],
  [
    { a: { type: 'object', default: { x: 1 } } },
    'properties[a].default: Invalid value: {"x":1}: must not have unknown fields',
  ],
  [
    { metadata: { type: 'object', properties: { foo: { type: 'string' } } } },
    'properties[metadata]: Forbidden: must not specify anything other than name and generateName',
  ],
  [
    { a: { type: 'string', pattern: '(' } },
    'properties[a].pattern: Invalid value: "(": must be a valid regular expression',
  ],
  [
    { a: { type: 'object', anyOf: [{ type: 'object' }] } },
    'properties[a].anyOf[0].type: Forbidden: must be empty to be structural',
  ],
])('the schema with %j is refused', (properties, text) => {
  expect(schemaProblems(properties)[0]).toContain(text);
});

test('a type may be missing where any value or an int or string is meant', () => {
  expect(
    schemaProblems({
      any: { 'x-kubernetes-preserve-unknown-fields': true },
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    }),
  ).toEqual([]);
});
