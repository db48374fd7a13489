import fc from 'fast-check';

const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  'x'.repeat(300),
  'x'.repeat(6_000),
  '\u202Eé😀\u0301',
  '-1',
  '0',
  '1.5',
  '1e309',
  '9'.repeat(30),
  'NaN',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '[[[[',
  '{"a":{"b":1}}',
  '{"a":"\\u0000"}',
  '{"__proto__":"x"}',
  '{"a":"\\ud800"}',
  '%',
  '_\\',
  "' or 1=1 --",
  '$1',
  '\\x00',
  '2026-13-45T99:99:99Z',
  '2026-02-30T10:00:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59.999999999Z',
  '9999-12-31T23:59:60-14:00',
  '2026-11-20T10:00:00+99:99',
  '+292277-01-01T00:00:00Z',
  'infinity',
  'a,b',
  ',,,,',
  Array.from({ length: 120 }, (_, index) => `x${index}`).join(','),
  'a in (',
  'a in (b,c),!d,e!=f',
  'a notin (,)',
  '!',
  '=,=',
  'a>9999999999999999999999',
  'metadata.name=a,metadata.name=b',
  'metadata.name=',
  'involvedObject.uid=\0',
  'status.phase!=\\,',
  'raw.',
  'raw..',
  'raw.a.b\\.c',
  'raw.\\',
  `raw${'.a'.repeat(2_000)}`,
  '../../../etc/passwd',
  '__proto__',
  'constructor',
  ':',
  'here:',
  'A'.repeat(60),
  'eyJhIjoxfQ==',
  '00000000-0000-0000-0000-000000000000',
  '00000000-0000-0000-0000-00000000000g',
  '*',
];

/** What no encoder would write. */
const broken = ['%', '%zz', '%ED%A0%80', '%00', '%FF%FE', '%u0041', 'a%2', '%25%32%35', '+%2B+'];

/** Values of a parameter as they stand in a URL: what people mistype, what attackers send, what templates leave. */
export const hostileEncodedValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...texts).map(encodeURIComponent) },
  { weight: 2, arbitrary: fc.constantFrom(...broken) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }).map(encodeURIComponent) },
  { weight: 1, arbitrary: fc.bigInt().map(String) },
);

/** The same as headers can carry them. */
export const hostileHeader: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...texts.filter((text) => /^[\x20-\x7e]*$/.test(text))),
  fc.constantFrom(
    'application/yaml;q=nonsense',
    'application/json;as=Table;v=v9;g=none,*/*;q=-1',
    'gzip;q=9,*;q=',
    'W/"',
    'text/html',
    'application/vnd.kubernetes.protobuf',
  ),
);

const deep = 200_000;

/** Values of a member of a JSON body, as JSON text. */
export const hostileMember: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts).map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.json() },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'null',
      '-1',
      '1e309',
      '9'.repeat(30),
      '"\\ud800"',
      '[]',
      '["a",["b"]]',
      '{"a":1}',
      '{"a":"\\u0000"}',
      '{"constructor":{"prototype":1}}',
      `${'['.repeat(deep)}${']'.repeat(deep)}`,
      `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
      `[${'"x",'.repeat(50_000)}"x"]`,
    ),
  },
);

/** Whole bodies. */
export const hostileBody: fc.Arbitrary<string> = fc.oneof(
  hostileMember,
  fc.constantFrom(
    '',
    '\0',
    '{',
    '{}{}',
    '{"group":"apps",}',
    '{"group":"apps","group":["apps"]}',
    '\uFEFF{}',
    '['.repeat(500_000),
    `{"labels":"${'x'.repeat(1_100_000)}"}`,
    'group=apps',
    '<xml/>',
  ),
);
