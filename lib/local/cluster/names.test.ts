import { expect, test } from 'vitest';

import { nameProblems } from './names.ts';

const core = (resource: string) => ({ group: '', resource });
const roles = { group: 'rbac.authorization.k8s.io', resource: 'roles' };
const cronJobs = { group: 'batch', resource: 'cronjobs' };

test.each([
  [core('configmaps'), 'a.b', 0],
  [core('configmaps'), 'Not_Valid', 1],
  [core('namespaces'), 'a.b', 1],
  [core('services'), '1a', 0],
  [{ group: 'apps', resource: 'statefulsets' }, 'a.b', 1],
  [roles, 'system:Any thing', 0],
  [roles, 'a/b%c', 2],
  [roles, '..', 1],
  [cronJobs, 'x'.repeat(52), 0],
  [cronJobs, 'x'.repeat(53), 1],
  [{ group: 'networking.k8s.io', resource: 'ipaddresses' }, '10.0.0.1', 0],
  [{ group: 'networking.k8s.io', resource: 'ipaddresses' }, '10.0.0', 1],
])('%j named %s has %i problems', (resource, name, count) => {
  expect(nameProblems(resource, name)).toHaveLength(count);
});

test('a prefix may end in a dash, a name may not', () => {
  expect(nameProblems(core('pods'), 'web-', true)).toEqual([]);
  expect(nameProblems(core('pods'), 'web-')).toHaveLength(1);
  expect(nameProblems(core('namespaces'), 'a.b-', true)).toEqual(['must not contain dots']);
});
