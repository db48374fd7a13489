import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPackedIdentities } from './packed-identities.ts';

const anyUid = fc.oneof(
  fc.uuid(),
  fc.uuid().map((uid) => uid.toUpperCase()),
  fc.constantFrom('', 'x', 'g0000000-0000-0000-0000-000000000000', '0'.repeat(36), '-'.repeat(36)),
  fc.string(),
);
const anyVersion = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('', '0', '-1', '007', '1e3', '9007199254740992', '123456789012345678901234567890', 'NaN'),
  fc.string(),
);

type Kept = { slot: number; uid: string; resourceVersion: string };

it('gives back what was put in, whatever its form, while slots come and go', () => {
  const step = fc.record({
    action: fc.constantFrom('add', 'add', 'replace', 'free'),
    which: fc.nat(),
    uid: anyUid,
    resourceVersion: anyVersion,
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const identities = createPackedIdentities();
      const kept: Kept[] = [];
      for (const { action, which, uid, resourceVersion } of steps) {
        const chosen = kept[which % Math.max(kept.length, 1)];
        if (action === 'add' || chosen === undefined) {
          kept.push({ slot: identities.add(uid, resourceVersion), uid, resourceVersion });
        } else if (action === 'replace') {
          identities.replace(chosen.slot, uid, resourceVersion);
          Object.assign(chosen, { uid, resourceVersion });
        } else {
          identities.free(chosen.slot);
          kept.splice(kept.indexOf(chosen), 1);
        }
      }
      expect(new Set(kept.map(({ slot }) => slot)).size).toBe(kept.length);
      for (const { slot, uid, resourceVersion } of kept) {
        expect([identities.uid(slot), identities.resourceVersion(slot)]).toEqual([uid, resourceVersion]);
        expect(identities.hasUid(slot, uid)).toBe(true);
        expect(identities.hasUid(slot, `${uid}0`)).toBe(false);
        expect(identities.hasUid(slot, uid.toUpperCase())).toBe(uid.toUpperCase() === uid);
      }
    }),
  );
});

it('begins a slot that is given out again without the mark of the one before', () => {
  const identities = createPackedIdentities();
  const slot = identities.add('a', '1');
  identities.setMark(slot, 7);
  expect(identities.mark(slot)).toBe(7);
  identities.free(slot);
  expect(identities.mark(identities.add('b', '2'))).toBe(0);
});
