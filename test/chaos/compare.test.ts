import { describe, expect, it } from 'vitest';
import { compare, isEmpty } from './compare.ts';

const known = (uid: string, resourceVersion: string) => ({ uid, resourceVersion, what: 'configmaps a/b' });
const row = (uid: string, resourceVersion: string, deleted = false) => ({
  ...known(uid, resourceVersion),
  deleted,
});

describe('compare()', () => {
  it('finds nothing where both sides hold the same versions and the rest is deleted', () => {
    const result = compare([known('u', '5')], [row('u', '5'), row('gone', '4', true)], {
      zombiesCount: true,
    });
    expect(isEmpty(result)).toBe(true);
  });

  it.each([
    ['lost', [known('u', '5')], []],
    ['lost', [known('u', '5')], [row('u', '5', true)]],
    ['stale', [known('u', '5')], [row('u', '4')]],
    ['zombies', [], [row('u', '5')]],
    ['duplicates', [known('u', '5')], [row('u', '5'), row('u', '5')]],
  ] as const)('finds %s', (what, cluster, rows) => {
    const result = compare(cluster, rows, { zombiesCount: true });
    expect(result[what]).toHaveLength(1);
    expect(isEmpty(result)).toBe(false);
  });

  it('lets older versions of an event lie beside its newest one', () => {
    const rows = [row('u', '4'), row('u', '5'), row('expired', '1')];
    expect(isEmpty(compare([known('u', '5')], rows, { zombiesCount: false }))).toBe(true);
  });
});
