import { expect, test } from 'vitest';

import { negotiate } from './negotiate.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const metadata = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

test.each([
  [undefined, 'json', 'object'],
  ['*/*', 'json', 'object'],
  ['application/yaml', 'yaml', 'object'],
  [`${table},application/json`, 'json', 'table'],
  [`${metadata},application/json`, 'json', 'metadata'],
  ['application/vnd.kubernetes.protobuf,application/json', 'json', 'object'],
  ['application/json;q=0.1,application/yaml;q=0.9', 'yaml', 'object'],
  ['application/json;drop=metadata.managedFields', 'json', 'object'],
  ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', 'json', 'object'],
] as const)('of %s a list is answered as %s %s', (accept, encoding, as) => {
  expect(negotiate(accept, 'list')).toMatchObject({ encoding, as });
});

test('what cannot be answered is refused with what can', () => {
  expect(() => negotiate('text/html', 'one')).toThrow(
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
  expect(() => negotiate(metadata, 'one')).toThrow('only the following media types');
});
