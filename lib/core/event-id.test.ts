import { describe, expect, it } from 'vitest';
import { formatEventId } from './event-id.ts';

describe('formatEventId()', () => {
  it('is cluster, uid, resourceVersion and verb', () => {
    expect(formatEventId('dev', { uid: 'u-1', resourceVersion: '42' }, 'deleted')).toBe('dev/u-1/42/deleted');
  });

  it('keeps clusters apart whose names differ only in characters that a header cannot carry', () => {
    const identity = { uid: 'u', resourceVersion: '1' };
    expect(formatEventId('a b', identity, 'upserted')).not.toBe(formatEventId('a/b', identity, 'upserted'));
    expect(formatEventId(' b', identity, 'upserted')).not.toBe(formatEventId('\u020b', identity, 'upserted'));
    expect(formatEventId('ä/"%', identity, 'upserted')).toMatch(/^[!#-$&-~]+$/);
  });
});
