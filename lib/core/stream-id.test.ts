import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deriveSealingKeys } from './sealed-token.ts';
import { createStreamIds } from './stream-id.ts';

const keys = deriveSealingKeys('secret', 'stream id');
const events = createStreamIds({ keys, stream: 'events', installationId: 'a' });

it('createStreamIds() gives ids of one length that lead back to their position', () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (position) => {
      const id = events.idOf(position);
      expect(id).toHaveLength(events.idOf(0).length);
      expect(events.positionOf(id)).toBe(position);
    }),
  );
});

it('createStreamIds() knows no ids of another stream or database, and none that it never gave', () => {
  const id = events.idOf(7);
  expect(createStreamIds({ keys, stream: 'resources', installationId: 'a' }).positionOf(id)).toBeUndefined();
  expect(createStreamIds({ keys, stream: 'events', installationId: 'b' }).positionOf(id)).toBeUndefined();
  for (const text of ['7', 'krateo', '', id.slice(1), `${id}A`])
    expect(events.positionOf(text)).toBeUndefined();
});
