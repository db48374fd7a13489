import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodeContinue, encodeContinueAfter, encodeContinueFrom } from './continue-token.ts';

test('a token leads back to its revision and behind its key', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.string({ minLength: 1 }), (revision, key) => {
      expect(decodeContinue(encodeContinueAfter(revision, key))).toEqual({
        revision,
        startKey: `${key}\u0000`,
      });
      expect(decodeContinue(encodeContinueFrom(-1, key))).toEqual({ revision: -1, startKey: key });
    }),
  );
});

const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test.each([
  ['abc', "invalid character 'i' looking for beginning of value"],
  ['a!bc', 'illegal base64 data at input byte 1'],
  [token({ v: 'v0', rv: 1, start: 'a' }), 'server does not recognize this encoded version "v0"'],
  [
    token({ v: 'meta.k8s.io/v1', start: 'a' }),
    'incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  [token({ v: 'meta.k8s.io/v1', rv: 1, start: '' }), 'encoded start key empty (version meta.k8s.io/v1)'],
])('%s is refused: %s', (text, why) => {
  expect(() => decodeContinue(text)).toThrow(`invalid continue token: continue key is not valid: ${why}`);
});

test('any text is a token or refused, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(outcomeOf(text)).toMatch(/^(?:decoded|StatusError)$/);
    }),
  );
});

function outcomeOf(text: string): string {
  try {
    decodeContinue(text);
    return 'decoded';
  } catch (error) {
    return (error as Error).name;
  }
}
