import { describe, expect, it } from 'vitest';
import { parseTables } from './parse-tables.ts';

describe('parseTables()', () => {
  it('reads tables and the types of their events', () => {
    expect(parseTables('public.a=org.example.a, other.b=org.example.b,')).toEqual({
      kind: 'tables',
      tables: [
        { schema: 'public', name: 'a', type: 'org.example.a' },
        { schema: 'other', name: 'b', type: 'org.example.b' },
      ],
    });
  });

  it.each([
    ['', 'no table, expected schema.table=type'],
    ['a=b', '"a=b", expected schema.table=type'],
    ['public.a', '"public.a", expected schema.table=type'],
    ['public.a=x y', '"public.a=x y", expected schema.table=type'],
    ['s.a=x,s.a=y', '"s.a" comes twice, expected once'],
  ])('refuses %j', (text, reason) => {
    expect(parseTables(text)).toEqual({ kind: 'invalid', reason });
  });
});
