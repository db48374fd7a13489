import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  flagField,
  groupsField,
  labelsField,
  limitField,
  listField,
  textField,
  timeField,
  uuidField,
} from './query-fields.ts';

describe('groupsField()', () => {
  it.each([
    ['apps', ['apps']],
    ['', ['']],
    ['core', ['']],
    ['apps, batch,apps', ['apps', 'batch']],
    [
      ['core', 'apps'],
      ['', 'apps'],
    ],
  ])('takes %j for the groups %j', (given, groups) => {
    expect(groupsField().parse(given)).toEqual(groups);
  });

  it('is required', () => {
    expect(groupsField().safeParse(undefined).success).toBe(false);
  });
});

describe('limitField()', () => {
  const limit = limitField({ default: 100, max: 5_000 });
  it.each([
    [undefined, 100],
    ['null', 100],
    ['', 100],
    ['7', 7],
    [5_000, 5_000],
  ])('takes %j for %d', (given, value) => {
    expect(limit.parse(given)).toBe(value);
  });

  it.each(['0', '-1', '5001', '1.5', '1e3', 'ten', '99999999999999999999', 0, 1.5, Number.NaN, true])(
    'refuses %j',
    (given) => {
      expect(limit.safeParse(given).success).toBe(false);
    },
  );
});

describe('timeField()', () => {
  it.each([
    '2026-11-20T10:00:00Z',
    '2026-11-20T10:00:00.123456789+02:00',
    '2024-02-29T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('gives %s back as it is', (text) => {
    expect(timeField().parse(text)).toBe(text);
  });

  it.each([
    'yesterday',
    '2026-11-20',
    '2026-11-20 10:00:00Z',
    '2026-11-20T10:00:00',
    '2026-02-30T00:00:00Z',
    '2026-02-31T00:00:00+10:00',
    '2026-13-01T00:00:00Z',
    '2026-11-20T25:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-11-20T10:00:00+99:00',
    '2026-11-20T10:00:00Z; drop table',
  ])('refuses %j', (text) => {
    expect(timeField().safeParse(text).success).toBe(false);
  });
});

describe('labelsField()', () => {
  it('takes the text of GET and the object of POST', () => {
    const labels = { 'krateo.io/portal-page': 'compositions' };
    expect(labelsField().parse(JSON.stringify(labels))).toEqual(labels);
    expect(labelsField().parse(labels)).toEqual(labels);
    expect(labelsField().parse('{}')).toBeUndefined();
  });

  it.each([
    '{',
    '[]',
    '"a"',
    '{"a":1}',
    '{"a":null}',
    '{"a":"\\u0000"}',
    '{"\\ud800":"a"}',
    `{"a":"${'x'.repeat(4_100)}"}`,
    7,
  ])('refuses %j', (given) => {
    expect(labelsField().safeParse(given).success).toBe(false);
  });
});

describe('other fields', () => {
  it('take blank for absent', () => {
    for (const field of [textField(), listField(), timeField(), uuidField(), labelsField()]) {
      expect(field.parse('')).toBeUndefined();
      expect(field.parse(undefined)).toBeUndefined();
    }
    expect(flagField(true).parse('')).toBe(true);
  });

  it('bound their length and refuse NUL, which PostgreSQL cannot hold', () => {
    expect(textField().safeParse('ä'.repeat(128)).success).toBe(true);
    for (const text of ['ä'.repeat(129), 'a\0b', 'a\ud800']) {
      expect(textField().safeParse(text).success).toBe(false);
      expect(listField().safeParse(text).success).toBe(false);
      expect(groupsField().safeParse(text).success).toBe(false);
    }
  });

  it('bound the members of a list, however they are given', () => {
    const members = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);
    for (const field of [listField(), groupsField()]) {
      expect(field.safeParse(members(64).join(',')).success).toBe(true);
      expect(field.safeParse(members(65).join(',')).success).toBe(false);
      expect(field.safeParse(members(65)).success).toBe(false);
    }
  });

  it('never throw, whatever is given', () => {
    const fields = [
      textField(),
      listField(),
      groupsField(),
      timeField(),
      uuidField(),
      labelsField(),
      flagField(false),
      limitField({ default: 1, max: 9 }),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.anything(), (field, given) => {
        expect(typeof field.safeParse(given).success).toBe('boolean');
      }),
    );
  });
});
