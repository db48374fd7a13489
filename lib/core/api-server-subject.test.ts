import { expect, it } from 'vitest';
import { parseApiServerSubject } from './api-server-subject.ts';

it.each([
  ['/apis/apps/v1/namespaces/shop/deployments/cart', 'apps', 'v1', 'deployments', 'shop', 'cart'],
  ['/apis/v1/namespaces/shop/pods/cart', '', 'v1', 'pods', 'shop', 'cart'],
  ['/apis/v1/namespaces//nodes/node-1', '', 'v1', 'nodes', '', 'node-1'],
  [
    '/apis/rbac.authorization.k8s.io/v1/namespaces//clusterroles/system:node/x',
    'rbac.authorization.k8s.io',
    'v1',
    'clusterroles',
    '',
    'system:node/x',
  ],
])('parseApiServerSubject() reads %s', (text, group, version, resource, namespace, name) => {
  expect(parseApiServerSubject(text)).toEqual({ group, version, resource, namespace, name });
});

it.each([
  '',
  'apps/v1/deployments/shop/cart',
  '/apis/v1/namespaces/shop/pods',
  '/apis/namespaces/shop/pods/cart',
])('parseApiServerSubject() takes %j for none of Knative', (text) => {
  expect(parseApiServerSubject(text)).toBeUndefined();
});
