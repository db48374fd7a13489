import { describe, expect, it } from 'vitest';
import { readChange } from './read-change.ts';

const id = '00000000-0000-4000-8000-000000000001';

describe('readChange()', () => {
  it('reads id, generation and both names of a row', () => {
    expect(
      readChange({
        operation: 'update',
        table: 'public.app_configs',
        key: id,
        generation: 4,
        row: { id, name: 'b', generation: 4 },
        previous: { id, name: 'a', generation: 3 },
      }),
    ).toEqual({ kind: 'row', id, generation: 4, names: ['b', 'a'] });
  });

  it('reads an event that was too large for its row', () => {
    expect(readChange({ operation: 'insert', key: id, generation: 1 })).toEqual({
      kind: 'row',
      id,
      generation: 1,
      names: [],
    });
  });

  it.each(['truncate', 'resynchronised'])('reads %s as a change of the whole table', (operation) => {
    expect(readChange({ operation, key: '' })).toEqual({ kind: 'table' });
  });

  it.each([
    [undefined, 'data'],
    ['text', 'data'],
    [{ operation: 'insert' }, 'key'],
    [{ operation: 'explode', key: id }, 'operation'],
    [{ operation: 'insert', key: 'x' }, 'key'],
    [{ operation: 'insert', key: id, row: { name: 1 } }, 'row.name'],
  ])('refuses %j and names the field', (data, field) => {
    const read = readChange(data);
    expect(read).toMatchObject({ kind: 'invalid' });
    expect(read.kind === 'invalid' && read.reason).toContain(field);
  });
});
