import { expect, test } from 'vitest';

import { builtInKinds } from '../kinds.ts';
import { builtInSchema } from './built-in-schema.ts';
import { decodeTyped, zeroObject } from './decode-typed.ts';
import { parseTypes } from './parse-types.ts';
import type { StructNode } from './schema-node.ts';

const types = parseTypes(`
a.v1.Thing =a.io/v1/Thing name:s! size:i count:i= on:b= ready:b! selector:<Part>~ part:<Part>! parts:[<Part>]! labels:{s}= at:t! seen:u data:{y}= limits:{q}= port:o= raw:j
a.v1.Part kind:s= optional:<Part>
`);
const thing = types.ofKind('a.io/v1/Thing') as StructNode;
const zero = { name: '', ready: false, selector: null, part: {}, parts: null, at: null };

function decode(value: Record<string, unknown>): unknown {
  const decoded = decodeTyped(value, thing);
  return decoded.kind === 'decoded' ? decoded.object : decoded.message;
}

test('an empty object has what is always written', () => {
  expect(zeroObject(thing)).toEqual(zero);
});

test.each([
  [{ size: 0, count: 0 }, { size: 0 }],
  [{ on: false, ready: true }, { ready: true }],
  [{ labels: {}, parts: [] }, { parts: [] }],
  [{ labels: { b: '1', a: null } }, { labels: { a: '', b: '1' } }],
  [
    { selector: {}, part: { kind: 'x', optional: {} } },
    { selector: {}, part: { kind: 'x', optional: {} } },
  ],
  [{ parts: [{ kind: '' }, null] }, { parts: [{}, {}] }],
  [{ unknown: 1, raw: { any: [1, null] } }, { raw: { any: [1, null] } }],
  [{ at: '2026-01-01T01:00:00.5+01:00' }, { at: '2026-01-01T00:00:00Z' }],
  [{ seen: '2026-01-01T00:00:00.123456Z' }, { seen: '2026-01-01T00:00:00.123456Z' }],
  [{ limits: { cpu: 1, memory: '1024Mi' } }, { limits: { cpu: '1', memory: '1Gi' } }],
  [
    { data: { k: 'dg==' }, port: '80' },
    { data: { k: 'dg==' }, port: '80' },
  ],
])('%j is written as %j beside what is always written', (given, expected) => {
  expect(decode(given)).toEqual({ ...zero, ...expected });
});

test.each([
  [{ size: 'x' }, 'json: cannot unmarshal string into Go struct field Thing.size of type int32'],
  [{ size: 1.5 }, 'json: cannot unmarshal number 1.5 into Go struct field Thing.size of type int32'],
  [{ part: { kind: 5 } }, 'json: cannot unmarshal number into Go struct field Part.part.kind of type string'],
  [{ parts: ['x'] }, 'json: cannot unmarshal string into Go struct field Thing.parts of type v1.Part'],
  [{ parts: {} }, 'json: cannot unmarshal object into Go struct field Thing.parts of type []v1.Part'],
  [{ labels: { a: 1 } }, 'json: cannot unmarshal number into Go struct field Thing.labels of type string'],
  [
    { labels: 1 },
    'json: cannot unmarshal number into Go struct field Thing.labels of type map[string]string',
  ],
  [{ ready: 'yes' }, 'json: cannot unmarshal string into Go struct field Thing.ready of type bool'],
  [{ data: { k: '***' } }, 'illegal base64 data at input byte 0'],
  [{ data: { k: 'dg=' } }, 'illegal base64 data at input byte 3'],
  [{ data: { k: 'abcde' } }, 'illegal base64 data at input byte 4'],
  [{ data: { k: 'd===' } }, 'illegal base64 data at input byte 1'],
  [{ data: { k: 'dg==x' } }, 'illegal base64 data at input byte 4'],
  [{ at: 'x' }, 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
  [
    { seen: '2026-01-01T00:00:00Z' },
    'parsing time "2026-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  ],
  [
    { limits: { cpu: 'much' } },
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
])('%j is refused with the words of the server', (given, message) => {
  expect(decode(given)).toBe(message);
});

test('decoding what was decoded changes nothing, for the empty object of every built-in kind', () => {
  for (const kind of builtInKinds) {
    const type = builtInSchema(kind) as StructNode;
    const empty = zeroObject(type);
    expect(decodeTyped(empty, type), kind.kind).toEqual({ kind: 'decoded', object: empty });
  }
});

test('an empty Deployment looks as the API server writes it', () => {
  const type = builtInSchema({ group: 'apps', version: 'v1', kind: 'Deployment' }) as StructNode;
  expect(zeroObject(type)).toEqual({
    metadata: {},
    spec: { selector: null, template: { metadata: {}, spec: { containers: null } }, strategy: {} },
    status: {},
  });
});
