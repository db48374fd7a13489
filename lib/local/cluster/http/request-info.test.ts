import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isTrue, parseRequestInfo } from './request-info.ts';

test.each<[method: string, url: string, verb: string, parts: Record<string, string>]>([
  ['GET', '/api/v1/pods', 'list', { group: '', version: 'v1', resource: 'pods', namespace: '', name: '' }],
  ['GET', '/api/v1/pods?watch=true', 'watch', { resource: 'pods' }],
  ['GET', '/api/v1/pods?watch=0', 'list', { resource: 'pods' }],
  ['GET', '/api/v1/watch/namespaces/a/pods/p', 'watch', { resource: 'pods', namespace: 'a', name: 'p' }],
  ['GET', '/apis/apps/v1/namespaces/a/deployments/d/scale', 'get', { subresource: 'scale', name: 'd' }],
  ['DELETE', '/apis/apps/v1/namespaces/a/deployments', 'deletecollection', { group: 'apps', namespace: 'a' }],
  ['POST', '/api/v1/namespaces', 'create', { resource: 'namespaces', namespace: '', name: '' }],
  ['GET', '/api/v1/namespaces/a', 'get', { resource: 'namespaces', namespace: 'a', name: 'a' }],
  ['PUT', '/api/v1/namespaces/a/finalize', 'update', { resource: 'namespaces', subresource: 'finalize' }],
  ['PATCH', '/api/v1/namespaces/a/status', 'patch', { resource: 'namespaces', name: 'a' }],
  ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab', 'get', { name: 'a:b' }],
])('%s %s is %s', (method, url, verb, parts) => {
  const info = parseRequestInfo(method, url);
  expect(info.verb).toBe(verb);
  expect(info.resource).toMatchObject(parts);
});

test.each(['/', '/api', '/api/v1', '/apis/apps', '/apis/apps/v1', '/livez', '/openapi/v3', '/api/v1/watch'])(
  '%s is no resource',
  (url) => expect(parseRequestInfo('GET', url).resource).toBeUndefined(),
);

test('any path is read without an error', () => {
  fc.assert(
    fc.property(fc.webPath(), fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'), (path, method) => {
      expect(parseRequestInfo(method, `/api/v1${path}`).path).toBe(`/api/v1${path}`);
    }),
  );
});

test('isTrue() takes everything for true but absence, 0 and false', () => {
  expect([null, '0', 'false', 'False', '1', 'true', ''].map(isTrue)).toEqual([
    false,
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
});
