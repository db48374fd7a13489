import { describe, expect, it } from 'vitest';
import { coversAction } from './match-rule.ts';
import { parseRbacObject } from './rbac-object.ts';

describe('parseRbacObject()', () => {
  it('reads rules about resources, and those about URLs as rules that cover nothing', () => {
    const object = {
      metadata: { name: 'r' },
      rules: [
        { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
        { verbs: ['get'], nonResourceURLs: ['/metrics'] },
      ],
    };
    expect(parseRbacObject('ClusterRole', object)).toEqual({
      kind: 'role',
      namespace: '',
      name: 'r',
      rules: [
        { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [] },
        { verbs: ['get'], apiGroups: [], resources: [], resourceNames: [] },
      ],
    });
    expect(parseRbacObject('Role', { metadata: { name: 'r', namespace: 'a' } })).toMatchObject({ rules: [] });
  });

  it("reads subjects of all kinds, a service account of the binding's own namespace included", () => {
    const subjects = [
      { kind: 'User', name: 'alice' },
      { kind: 'Group', name: 'team-a' },
      { kind: 'ServiceAccount', name: 'robot', namespace: 'b' },
      { kind: 'ServiceAccount', name: 'robot' },
      { kind: 'Other', name: 'x' },
    ];
    const object = {
      metadata: { name: 'x', namespace: 'a' },
      roleRef: { kind: 'Role', name: 'r' },
      subjects,
    };
    expect(parseRbacObject('RoleBinding', object)).toMatchObject({
      role: { isClusterRole: false, name: 'r' },
      subjects: [
        'user:alice',
        'group:team-a',
        'user:system:serviceaccount:b:robot',
        'user:system:serviceaccount:a:robot',
      ],
    });
    const clusterWide = { ...object, metadata: { name: 'x' } };
    expect(parseRbacObject('ClusterRoleBinding', clusterWide)).toMatchObject({
      subjects: ['user:alice', 'group:team-a', 'user:system:serviceaccount:b:robot'],
    });
  });

  it('gives nothing for what it cannot read', () => {
    expect(parseRbacObject('RoleBinding', { metadata: { name: 'x' } })).toBeUndefined();
    expect(parseRbacObject('Role', { metadata: { name: 'x' }, rules: 'all' })).toBeUndefined();
    expect(parseRbacObject('Role', { metadata: {} })).toBeUndefined();
  });
});

describe('coversAction()', () => {
  const rule = (changes: object) => ({
    verbs: ['get'],
    apiGroups: [''],
    resources: ['pods'],
    resourceNames: [],
    ...changes,
  });
  const getLog = { verb: 'get', group: '', resource: 'pods', subresource: 'log' } as const;
  it.each([
    [{}, false],
    [{ resources: ['pods/log'] }, true],
    [{ resources: ['*/log'] }, true],
    [{ resources: ['*'] }, true],
    [{ resources: ['pods/*'] }, false],
    [{ resources: ['*'], verbs: ['list'] }, false],
    [{ resources: ['*'], apiGroups: ['apps'] }, false],
    [{ resources: ['*'], apiGroups: ['*'], verbs: ['*'] }, true],
  ])('says of a subresource and a rule with %j: %s', (changes, covered) => {
    expect(coversAction(rule(changes), getLog)).toBe(covered);
  });
});
