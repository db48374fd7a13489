import { describe, expect, it } from 'vitest';
import { negotiateAnswer, negotiateDiscovery } from './negotiate-answer.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const oldTable = 'application/json;as=Table;v=v1beta1;g=meta.k8s.io';

describe('negotiateAnswer()', () => {
  it.each([
    [null, 'json', 'object'],
    ['*/*', 'json', 'object'],
    [`${table},${oldTable},application/json`, 'json', 'table'],
    ['application/yaml', 'yaml', 'object'],
    ['application/vnd.kubernetes.protobuf,application/json', 'json', 'object'],
    ['application/json;as=Unknown;v=v1;g=meta.k8s.io, application/yaml', 'yaml', 'object'],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'json', 'metadata'],
    ['application/json;q=0.1, application/yaml;q=0.5', 'yaml', 'object'],
  ])('serves %s as %s %s', (accept, encoding, as) => {
    expect(negotiateAnswer(accept, 'list')).toMatchObject({ encoding, as });
  });

  it('answers in the version of Tables that was asked for', () => {
    expect(negotiateAnswer(oldTable, 'list')?.metaVersion).toBe('v1beta1');
  });

  it.each(['text/html', 'application/vnd.kubernetes.protobuf', `${table};q=0`])(
    'cannot serve %s',
    (accept) => {
      expect(negotiateAnswer(accept, 'list')).toBeUndefined();
    },
  );
});

describe('negotiateDiscovery()', () => {
  const aggregated = (version: string) =>
    `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  it.each([
    [`${aggregated('v2')},${aggregated('v2beta1')},application/json`, 'v2'],
    [aggregated('v2beta1'), 'v2beta1'],
    [`${aggregated('v3')},application/json`, 'plain'],
    ['application/json', 'plain'],
    [null, 'plain'],
  ])('gives for %s the form %s', (accept, form) => {
    expect(negotiateDiscovery(accept)).toBe(form);
  });
});
