import { expect, test } from 'vitest';

import { parseImpersonation } from './impersonate.ts';

/** Headers as Node hands them over. */
function parse(...pairs: [name: string, value: string][]) {
  const headers = Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
  return parseImpersonation(pairs.flat(), headers);
}

test('without headers nobody is impersonated', () => {
  expect(parse(['Accept', '*/*'])).toBeUndefined();
});

test('a user, each group and each extra value needs its own permission', () => {
  const found = parse(
    ['Impersonate-User', 'bob'],
    ['Impersonate-Group', 'team-b'],
    ['Impersonate-Group', 'team, with comma'],
    ['Impersonate-Extra-scopes', 'view'],
  );
  expect(found?.user).toEqual({
    username: 'bob',
    groups: ['team-b', 'team, with comma', 'system:authenticated'],
    extra: { scopes: ['view'] },
  });
  expect(found?.needs.map(({ resource, name, subresource }) => [resource, name, subresource])).toEqual([
    ['users', 'bob', ''],
    ['groups', 'team-b', ''],
    ['groups', 'team, with comma', ''],
    ['userextras', 'view', 'scopes'],
  ]);
});

test('a ServiceAccount comes with its groups and is asked for in its namespace', () => {
  const found = parse(['Impersonate-User', 'system:serviceaccount:shop:bot']);
  expect(found?.user.groups).toEqual([
    'system:serviceaccounts',
    'system:serviceaccounts:shop',
    'system:authenticated',
  ]);
  expect(found?.needs[0]).toMatchObject({ resource: 'serviceaccounts', namespace: 'shop', name: 'bot' });
});

test('groups without a user are refused', () => {
  expect(() => parse(['Impersonate-Group', 'system:masters'])).toThrow('without impersonating a user');
});
