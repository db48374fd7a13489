import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityTag, parseIfMatch } from './if-match.ts';

describe('parseIfMatch()', () => {
  it.each([null, '', ' ', '*'])('expects nothing with %j', (header) => {
    expect(parseIfMatch(header)).toEqual({ kind: 'any' });
  });

  it('reads back what answers carry', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), (generations) => {
        const header = generations.map(entityTag).join(', ');
        expect(parseIfMatch(header)).toEqual({ kind: 'generations', generations });
      }),
    );
  });

  it.each(['W/"3"', '"x"', '""', '"1234567890123456"'])('lets %j match nothing', (header) => {
    expect(parseIfMatch(header)).toEqual({ kind: 'generations', generations: [] });
  });

  it.each(['3', '"3', 'W/3', '"3" "4"', '"3";', "'3'"])('does not understand %j', (header) => {
    expect(parseIfMatch(header)).toEqual({ kind: 'invalid' });
  });
});
