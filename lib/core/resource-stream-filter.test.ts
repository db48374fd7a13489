import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from './label-selector.ts';
import { labelMatcher, matchesChange, seenChange } from './resource-stream-filter.ts';

const web = { app: 'web' };
const db = { app: 'db' };
const takesWeb = labelMatcher(web, undefined);

describe('seenChange()', () => {
  it.each([
    ['upserted', null, web, 'upserted'],
    ['upserted', db, web, 'upserted'],
    ['upserted', web, web, 'upserted'],
    ['upserted', web, db, 'left'],
    ['upserted', db, db, undefined],
    ['upserted', null, db, undefined],
    ['deleted', web, web, 'deleted'],
    ['deleted', web, db, 'deleted'],
    ['deleted', null, web, 'deleted'],
    ['deleted', db, db, undefined],
  ] as const)('says of %s from %j to %j: %s', (operation, previous_labels, labels, seen) => {
    expect(seenChange(takesWeb, { operation, labels, previous_labels })).toBe(seen);
  });
});

describe('labelMatcher()', () => {
  it('wants all values and the selector', () => {
    const selector = parseLabelSelector('tier notin (test)');
    if (selector.kind === 'invalid') throw new Error(selector.message);
    const matches = labelMatcher(web, selector);
    expect(matches({ app: 'web' })).toBe(true);
    expect(matches({ app: 'web', tier: 'test' })).toBe(false);
    expect(matches({ tier: 'prod' })).toBe(false);
    expect(labelMatcher(undefined, undefined)({})).toBe(true);
  });
});

describe('matchesChange()', () => {
  const change = {
    cluster_name: 'here',
    api_group: 'apps',
    resource: 'deployments',
    kind: 'Deployment',
    api_version: 'v1',
    namespace: 'shop',
    name: 'Cart',
    composition_id: null,
  };
  const any = {
    cluster: undefined,
    groups: ['apps'],
    resources: undefined,
    kinds: undefined,
    version: undefined,
    namespace: undefined,
    name: undefined,
    nameContains: undefined,
    compositionId: undefined,
  };

  it.each([
    [{}, true],
    [{ groups: ['batch'] }, false],
    [{ cluster: 'there' }, false],
    [{ resources: ['deployments', 'x'] }, true],
    [{ kinds: ['Pod'] }, false],
    [{ version: 'v2' }, false],
    [{ namespace: 'shop' }, true],
    [{ name: 'cart' }, false],
    [{ nameContains: 'cAR' }, true],
    [{ compositionId: 'x' }, false],
  ])('takes by %j: %s', (filter, taken) => {
    expect(matchesChange({ ...any, ...filter }, change)).toBe(taken);
  });
});
