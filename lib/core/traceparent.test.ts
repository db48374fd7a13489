import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

const hex = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => /[^0]/.test(text));

describe('parseTraceparent()', () => {
  it('reads what formatTraceparent() writes', () => {
    const context = fc.record({
      traceId: hex(32),
      spanId: hex(16),
      traceFlags: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(context, (value) => {
        expect(parseTraceparent(formatTraceparent(value))).toEqual(value);
      }),
    );
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseTraceparent(text)).not.toThrow();
      }),
    );
  });

  it.each([
    ['an all-zero trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['an all-zero span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['the forbidden version', `ff-${traceId}-${spanId}-01`],
    ['more fields in version 00', `00-${traceId}-${spanId}-01-more`],
    ['no flags', `00-${traceId}-${spanId}`],
    ['nothing', ''],
  ])('takes %s for absent', (_what, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('reads later versions as far as it knows them', () => {
    const context = parseTraceparent(`01-${traceId}-${spanId}-03-more`);
    expect(context).toEqual({ traceId, spanId, traceFlags: 3 });
  });
});
