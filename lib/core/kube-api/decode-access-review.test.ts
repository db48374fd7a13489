import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAccessReview } from './decode-access-review.ts';
import { decodeRulesReview } from './decode-rules-review.ts';

/** A length-delimited field. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function review(spec: Buffer): Buffer {
  const type = Buffer.concat([field(1, 'authorization.k8s.io/v1'), field(2, 'SelfSubjectAccessReview')]);
  const message = Buffer.concat([field(1, ''), field(2, spec)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, message)]);
}

describe('decodeAccessReview()', () => {
  it('reads what kubectl asks', () => {
    const attributes = Buffer.concat([
      field(1, 'shop'),
      field(2, 'list'),
      field(5, 'pods'),
      field(7, 'é'.repeat(100)),
    ]);
    expect(decodeAccessReview(review(field(1, attributes)))).toEqual({
      namespace: 'shop',
      verb: 'list',
      resource: 'pods',
      name: 'é'.repeat(100),
    });
  });

  it('gives nothing for a question about a URL, and for what is no such message', () => {
    expect(decodeAccessReview(review(field(2, field(1, '/metrics'))))).toBeUndefined();
    const cut = review(field(1, field(2, 'list'))).subarray(0, -2);
    for (const bytes of [Buffer.from(''), Buffer.from('{}'), Buffer.from('k8s\0'), cut]) {
      expect(decodeAccessReview(bytes)).toBeUndefined();
    }
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const found = decodeAccessReview(Buffer.concat([Buffer.from('k8s\0'), bytes]));
        expect(['object', 'undefined']).toContain(typeof found);
      }),
    );
  });
});

describe('decodeRulesReview()', () => {
  it('reads the namespace that kubectl asks about', () => {
    expect(decodeRulesReview(review(field(1, 'shop')))).toEqual({ namespace: 'shop' });
    expect(decodeRulesReview(review(Buffer.from('')))).toEqual({ namespace: '' });
  });

  it('gives nothing for what is no such message', () => {
    const cut = review(field(1, 'shop')).subarray(0, -2);
    for (const bytes of [Buffer.from(''), Buffer.from('{}'), cut]) {
      expect(decodeRulesReview(bytes)).toBeUndefined();
    }
  });
});
