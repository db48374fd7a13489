import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCheckpoints, encodeCheckpoints, type WatchCheckpoint } from './watch-checkpoint.ts';
import { targetKey } from './watch-target.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);
const checkpoint = fc.record({
  kind: fc.record({ group: fc.oneof(fc.constant(''), word), version: word, resource: word, kind: word }),
  namespace: fc.oneof(fc.constant(''), word),
  custom: fc.boolean(),
  resourceVersion: fc.stringMatching(/^[1-9][0-9]{0,30}$/),
});

describe('encodeCheckpoints()', () => {
  it('is undone by decodeCheckpoints()', () => {
    fc.assert(
      fc.property(fc.array(checkpoint, { maxLength: 20 }), (list) => {
        const map = byKey(list);
        expect(decodeCheckpoints(encodeCheckpoints(map))).toEqual(map);
      }),
    );
  });

  it('stays within what an annotation may hold', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({
      kind: { group: 'example.org', version: 'v1', resource: `resource-${index}`, kind: `Kind${index}` },
      namespace: `namespace-${index}`,
      custom: true,
      resourceVersion: '123456789012',
    }));
    const text = encodeCheckpoints(byKey(many));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256 * 1024);
    expect(decodeCheckpoints(text).size).toBeGreaterThan(2_000);
  });
});

describe('decodeCheckpoints()', () => {
  it.each(['', 'null', '[]', '{', '{"a/b":[]}', '{"a/b/c":1}', '{"a/b/c":["v1"]}'])(
    'reads nothing from %j',
    (text) => {
      expect(decodeCheckpoints(text).size).toBe(0);
    },
  );
});

function byKey(list: readonly WatchCheckpoint[]): ReadonlyMap<string, WatchCheckpoint> {
  return new Map(list.map((entry) => [targetKey(entry), entry]));
}
