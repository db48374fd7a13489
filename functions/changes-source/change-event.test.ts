import { describe, expect, it } from 'vitest';
import type { RowChange } from '../../lib/core/row-change.ts';
import { changeEvent } from './change-event.ts';

const update: RowChange = {
  operation: 'update',
  table: 'public.app_configs',
  key: '7d1e',
  position: {
    systemId: '7710338931312209669',
    commit: '00000000016b3748',
    index: 2,
    lsn: '0/16B3748',
    committedAt: '2026-11-20T12:00:00.000Z',
  },
  row: { id: '7d1e', name: 'b', generation: 4 },
  previous: { id: '7d1e', name: 'a', generation: 3 },
};
const options = { type: 'io.kubemirror.appconfig.changed', cluster: 'c1' };

describe('changeEvent()', () => {
  it('names the change by system, commit and index, and carries both rows', () => {
    expect(changeEvent(update, options)).toEqual({
      id: '7710338931312209669/00000000016b3748/2',
      source: '/clusters/c1/changes-source',
      type: 'io.kubemirror.appconfig.changed',
      subject: 'public/app_configs/7d1e',
      time: '2026-11-20T12:00:00.000Z',
      datacontenttype: 'application/json',
      extensions: { partitionkey: '7d1e', operation: 'update', commitlsn: '0/16B3748', generation: '4' },
      data: {
        operation: 'update',
        table: 'public.app_configs',
        key: '7d1e',
        generation: 4,
        row: update.row,
        previous: { id: '7d1e', name: 'a', generation: 3 },
        committedAt: '2026-11-20T12:00:00.000Z',
        lsn: '0/16B3748',
      },
    });
  });

  it('tells of a whole table without a key', () => {
    const { row: _, previous: __, ...rest } = update;
    const event = changeEvent({ ...rest, operation: 'truncate', key: '' }, options);
    expect(event.subject).toBe('public/app_configs');
    expect(event.extensions['partitionkey']).toBe('public.app_configs');
    expect(event.data).not.toHaveProperty('row');
  });

  it('keeps keys with any character fit for a header', () => {
    const event = changeEvent({ ...update, key: 'ä/b' }, options);
    expect(event.subject).toBe('public/app_configs/~c3~a4~2fb');
  });

  it.each([
    [600_000, ['row'], ['previous']],
    [1_100_000, [], ['row', 'previous']],
  ])('drops what makes it too large at %i bytes a row, and says so', (bytes, kept, dropped) => {
    const row = { id: '7d1e', generation: 4, filling: 'x'.repeat(bytes) };
    const event = changeEvent({ ...update, row, previous: row }, options);
    expect(event.extensions['truncated']).toBe('true');
    for (const field of kept) expect(event.data).toHaveProperty(field);
    for (const field of dropped) expect(event.data).not.toHaveProperty(field);
    expect(event.data).toMatchObject({ key: '7d1e', generation: 4 });
  });
});
