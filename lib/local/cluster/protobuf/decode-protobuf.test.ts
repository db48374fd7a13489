import fc from 'fast-check';
import { expect, test } from 'vitest';

import { encodeProtobuf, type ProtobufField } from '../../../../test/support/encode-protobuf.ts';
import { builtInSchema } from '../schemas/built-in-schema.ts';
import { builtInTypes } from '../schemas/built-in-types.ts';
import { decodeTyped } from '../schemas/decode-typed.ts';
import { parseTypes } from '../schemas/parse-types.ts';
import type { ScalarType, SchemaNode, StructNode } from '../schemas/schema-node.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import { schemaUnions } from './decode-schema-union.ts';
import { parseWireNumbers } from './parse-wire-numbers.ts';
import { wireNumbers } from './wire-numbers.ts';
import { WireError } from './wire-reader.ts';

type Json = Record<string, unknown>;

function schemaOf(id: string): StructNode {
  const [group = '', version = '', kind = ''] = id.split('/');
  const type = builtInSchema({ group, version, kind });
  if (type === undefined) throw new Error(`Cannot find ${id} among the built-in kinds`);
  return type;
}

/** The object as the server gets it: decoded and read into its type. */
function objectOf(message: Buffer, type: StructNode): unknown {
  return decodeTyped(decodeProtobuf(message, type), type);
}

const message = encodeProtobuf;
/** What Kubernetes writes of an object's metadata: also what is not set, where it is no pointer. */
const metadata = message([1, 'web'], [2, ''], [3, ''], [4, ''], [5, ''], [6, ''], [7, 0], [8, '']);

test('a deployment as kubectl encodes it is what it would be in JSON', () => {
  const labels = message([1, message([1, 'app'], [2, 'web'])]);
  const probe = message([1, message([2, message([1, '/ready'], [2, message([1, 0], [2, 8_080])])])], [2, 5]);
  const container = message([1, 'web'], [2, 'web:1'], [5, ''], [8, ''], [10, probe], [13, ''], [16, false]);
  const volume = message([1, 'tls'], [2, message([6, message([1, 'cert'])])]);
  const pod = message([1, volume], [2, container], [3, ''], [11, false], [35, 1]);
  const template = message([1, message([1, ''], [11, message([1, 'app'], [2, 'web'])])], [2, pod]);
  const spec = message([1, 2], [2, labels], [3, template], [4, message([1, ''])], [5, 0], [7, false]);
  const type = schemaOf('apps/v1/Deployment');
  expect(objectOf(message([1, metadata], [2, spec], [3, message([1, 0], [2, 0])]), type)).toEqual({
    kind: 'decoded',
    object: {
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            volumes: [{ name: 'tls', secret: { secretName: 'cert' } }],
            containers: [
              {
                name: 'web',
                image: 'web:1',
                resources: {},
                livenessProbe: { httpGet: { path: '/ready', port: 8_080 }, initialDelaySeconds: 5 },
              },
            ],
            setHostnameAsFQDN: true,
          },
        },
        strategy: {},
      },
      status: {},
    },
  });
});

test('fields that nobody knows are dropped, and later occurrences add to earlier ones', () => {
  const type = schemaOf('/v1/ConfigMap');
  const parts = message([1, message([1, 'a'])], [99, 'new'], [1, message([3, 'ns'], [98, 7])], [4, true]);
  expect(decodeProtobuf(parts, type)).toEqual({
    metadata: { name: 'a', namespace: 'ns' },
    immutable: true,
  });
});

test('any text is a key of a map, and entries without a value have the empty one', () => {
  const type = schemaOf('/v1/ConfigMap');
  const data = [
    message([1, '__proto__'], [2, 'a']),
    message([1, 'empty']),
    message([2, 'without a key']),
    message([1, 'constructor'], [2, 'b']),
  ];
  const decoded = objectOf(
    message(...data.map((entry): ProtobufField => [2, entry]), [3, message([1, 'bytes'])]),
    type,
  ) as { object: { data: Json; binaryData: Json } };
  expect(Object.entries(decoded.object.data)).toEqual([
    ['', 'without a key'],
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['empty', ''],
  ]);
  expect(decoded.object.binaryData).toEqual({ bytes: '' });
});

test('lists of integers may be packed', () => {
  const type = schemaOf('/v1/Pod');
  const security = message([4, Buffer.from([1, 0x80, 1])], [4, 7]);
  expect(decodeProtobuf(message([2, message([14, security])]), type)).toEqual({
    spec: { securityContext: { supplementalGroups: [1, 128, 7] } },
  });
});

test('a schema that may be one thing or another is the one that it is', () => {
  const type = schemaOf('apiextensions.k8s.io/v1/CustomResourceDefinition');
  const text = message([1, ''], [4, ''], [5, 'string'], [10, 0]);
  const properties = (name: string, schema: Buffer): ProtobufField => [29, message([1, name], [2, schema])];
  const schema = message(
    properties('one', message([24, message([1, text])])),
    properties('some', message([24, message([2, text], [2, text])])),
    properties('closed', message([30, message([1, false])])),
    properties('map', message([30, message([1, true], [2, text])])),
    properties('needs', message([32, message([1, 'a'], [2, message([2, 'b'], [2, 'c'])])])),
  );
  const version = message([1, 'v1'], [4, message([1, schema])], [5, message([1, ''])]);
  const decoded = decodeProtobuf(message([2, message([7, version])]), type) as {
    spec: { versions: [{ schema: { openAPIV3Schema: { properties: Json } }; subresources: Json }] };
  };
  const [first] = decoded.spec.versions;
  expect(first.subresources).toEqual({ status: {} });
  expect(first.schema.openAPIV3Schema.properties).toEqual({
    one: { items: { type: 'string' } },
    some: { items: [{ type: 'string' }, { type: 'string' }] },
    closed: { additionalProperties: false },
    map: { additionalProperties: { type: 'string' } },
    needs: { dependencies: { a: ['b', 'c'] } },
  });
});

test('messages in messages without end are refused', () => {
  const type = schemaOf('apiextensions.k8s.io/v1/CustomResourceDefinition');
  const nested = (depth: number): Buffer => {
    let schema = message([5, 'object']);
    for (let level = 0; level < depth; level += 1) schema = message([28, schema]);
    return message([2, message([7, message([4, message([1, schema])])])]);
  };
  expect(() => decodeProtobuf(nested(90), type)).not.toThrow();
  expect(() => decodeProtobuf(nested(1_000), type)).toThrow(
    new WireError('proto: messages are nested deeper than 100'),
  );
});

test('the most items that a body has room for are read one by one', () => {
  const type = schemaOf('/v1/ConfigMap');
  const finalizers = Buffer.alloc(1_000_000);
  // Field 14, text of no bytes.
  for (let at = 0; at < finalizers.length; at += 2) finalizers[at] = (14 << 3) | 2;
  const decoded = decodeProtobuf(message([1, finalizers]), type) as {
    metadata: { finalizers: string[] };
  };
  expect(decoded.metadata.finalizers).toHaveLength(500_000);
});

test('any bytes are either a pod or refused with a WireError', () => {
  const type = schemaOf('/v1/Pod');
  const seen = new Set<unknown>();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(1, 2, 3), (bytes, number) => {
      try {
        seen.add(typeof decodeProtobuf(message([number, Buffer.from(bytes)]), type));
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        seen.add(error.name);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(seen).toEqual(new Set(['WireError', 'object']));
});

const numbers = parseWireNumbers(wireNumbers);

function namesOnWire(type: string): ReadonlySet<string> {
  const fields = [...(numbers.get(type)?.values() ?? [])];
  return new Set(
    fields.flatMap((field) => (field.kind === 'inline' ? [...namesOnWire(field.type)] : [field.name])),
  );
}

/** Objects of a type, with some of its fields each; deep down only plain ones. */
function arbitraryOf(type: StructNode, depth: number): fc.Arbitrary<Json> {
  const names = [...type.fields.keys()].filter((name) => {
    const isUnion = schemaUnions[type.name]?.[name] !== undefined;
    // Only the envelope has kinds, so objects in objects have none on the wire.
    return (
      !isUnion &&
      namesOnWire(type.name).has(name) &&
      (depth < 6 || type.fields.get(name)?.node.kind === 'scalar')
    );
  });
  return fc.subarray(names, { maxLength: Math.min(5, names.length) }).chain((chosen) =>
    fc.record(
      Object.fromEntries(
        chosen.map((name) => {
          const node = type.fields.get(name)?.node;
          if (node === undefined) throw new Error(`Cannot find field ${name} of ${type.name}`);
          return [name, arbitraryValue(node, depth)];
        }),
      ),
    ),
  );
}

function arbitraryValue(node: SchemaNode, depth: number): fc.Arbitrary<unknown> {
  switch (node.kind) {
    case 'struct':
      return arbitraryOf(node, depth + 1);
    case 'list':
      return fc.array(arbitraryValue(node.items, depth), { minLength: 1, maxLength: 3 });
    case 'map':
      return fc
        .array(
          fc.tuple(fc.oneof(fc.string(), fc.constant('__proto__')), arbitraryValue(node.values, depth)),
          {
            minLength: 1,
            maxLength: 3,
          },
        )
        .map((entries) => Object.fromEntries(entries));
    case 'scalar':
      return scalars[node.scalar];
    case 'any':
    case 'deduced':
      return fc.constant({ 'f:metadata': { '.': {} } });
  }
}

const seconds = fc.integer({ min: -10_000_000_000, max: 100_000_000_000 });
const scalars: Readonly<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  string: fc.string({ unit: 'binary' }),
  boolean: fc.boolean(),
  int32: fc.integer(),
  int64: fc.maxSafeInteger(),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  bytes: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  time: seconds.map((one) => `${new Date(one * 1_000).toISOString().slice(0, 19)}Z`),
  microTime: fc
    .tuple(seconds, fc.integer({ min: 0, max: 999_999 }))
    .map(
      ([one, micros]) =>
        `${new Date(one * 1_000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`,
    ),
  quantity: fc.constantFrom('1', '250m', '64Mi', '1e3', '0'),
  intOrString: fc.oneof(fc.integer(), fc.string()),
};

/** Writes an object by its type, with the zero values that Kubernetes writes. */
function encodeStruct(value: Json, type: StructNode, name = type.name): Buffer {
  const fields: ProtobufField[] = [];
  for (const [number, field] of numbers.get(name) ?? []) {
    if (field.kind === 'inline') {
      fields.push([number, encodeStruct(value, type, field.type)]);
      continue;
    }
    const known = type.fields.get(field.name);
    const isSet = Object.hasOwn(value, field.name);
    const isOmittable = known?.presence === 'unless-empty' && known.node.kind === 'scalar';
    if (known === undefined || (!isSet && !isOmittable)) continue;
    const given = isSet ? value[field.name] : zeroOf(known.node);
    for (const one of encodeOccurrences(given, known.node)) fields.push([number, one]);
  }
  return message(...fields);
}

function zeroOf(node: SchemaNode): unknown {
  if (node.kind !== 'scalar') return undefined;
  return { boolean: false, int32: 0, int64: 0 }[node.scalar as string] ?? '';
}

function encodeOccurrences(value: unknown, node: SchemaNode): readonly ProtobufField[1][] {
  if (node.kind === 'list') return (value as unknown[]).map((item) => encodeValue(item, node.items));
  if (node.kind === 'map') {
    return Object.entries(value as Json).map(([key, one]) => {
      const written = encodeOccurrences(one, node.values);
      const inner =
        node.values.kind === 'list'
          ? message(...written.map((item): ProtobufField => [1, item]))
          : written[0];
      return message([1, key], [2, inner ?? '']);
    });
  }
  return [encodeValue(value, node)];
}

function encodeValue(value: unknown, node: SchemaNode): ProtobufField[1] {
  if (node.kind === 'struct') return encodeStruct(value as Json, node);
  if (node.kind !== 'scalar') return message([1, JSON.stringify(value)]);
  switch (node.scalar) {
    case 'bytes':
      return Buffer.from(String(value), 'base64');
    case 'quantity':
      return message([1, String(value)]);
    case 'number':
      return { double: Number(value) };
    case 'intOrString':
      return typeof value === 'string' ? message([1, 1], [3, value]) : message([1, 0], [2, Number(value)]);
    case 'time':
    case 'microTime': {
      const [whole = '', fraction = ''] = String(value).slice(0, -1).split('.');
      const nanos = Number(fraction.padEnd(9, '0'));
      return value === '' ? '' : message([1, Date.parse(`${whole}Z`) / 1_000], [2, nanos]);
    }
    case 'string':
    case 'boolean':
    case 'int32':
    case 'int64':
      return value as ProtobufField[1];
  }
}

const kinds = [...parseTypes(builtInTypes).kinds];

test('objects of all kinds are the same in protobuf as in JSON', () => {
  expect(kinds.length).toBeGreaterThan(60);
  const object = fc
    .constantFrom(...kinds)
    .chain((kind) => fc.record({ kind: fc.constant(kind), value: arbitraryOf(schemaOf(kind), 0) }));
  fc.assert(
    fc.property(object, ({ kind, value }) => {
      const type = schemaOf(kind);
      expect(objectOf(encodeStruct(value, type), type)).toEqual(decodeTyped(value, type));
    }),
    { numRuns: 1_500 },
  );
});
