import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseApiJson } from './parse-api-json.ts';

describe('parseApiJson()', () => {
  it('gives back every int64 and every float64 as it was written', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    const float64 = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Object.is(value, -0))
      .map(String);
    fc.assert(
      fc.property(fc.oneof(int64, float64), fc.string(), (number, text) => {
        const json = `{"n":${number},"text":${JSON.stringify(text)},"list":[${number}]}`;
        expect(JSON.stringify(parseApiJson(Buffer.from(json)))).toBe(json);
      }),
    );
  });
});
