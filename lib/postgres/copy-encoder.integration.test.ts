import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { copyAndExecute } from './copy-and-execute.ts';
import { type CopyType, type CopyValue, createCopyEncoder } from './copy-encoder.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ empty: true });
});
afterAll(() => database.drop());

const types: readonly CopyType[] = [
  'integer',
  'text',
  'text[]',
  'jsonb',
  'uuid',
  'boolean',
  'timestamptz',
  'bytea',
];

/** What PostgreSQL holds: any text but NUL. */
const text = fc
  .string({ unit: 'binary', maxLength: 50 })
  .map((value) => value.toWellFormed().replaceAll('\0', ''));
const json = fc.jsonValue().map((value) => JSON.stringify(value).replaceAll('\\u0000', '').toWellFormed());
const isStorable = (value: string) => !/\\u[dD][89a-fA-F]/.test(value);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const rows = fc.array(
  fc.tuple(
    optional(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    optional(text),
    optional(fc.array(text, { maxLength: 4 })),
    optional(json.filter(isStorable)),
    optional(fc.uuid()),
    optional(fc.boolean()),
    optional(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })),
    optional(fc.uint8Array({ maxLength: 50 })),
  ),
  { minLength: 1, maxLength: 20 },
);

it('createCopyEncoder() writes what PostgreSQL reads back, for any values of any column', async () => {
  const client = await database.pool.connect();
  await client.query(`create temp table copied (position int generated always as identity, i int, t text,
    ts text[], j jsonb, u uuid, b boolean, at timestamptz, y bytea)`);
  const encoder = createCopyEncoder(types);
  try {
    await fc.assert(
      fc.asyncProperty(rows, async (any) => {
        encoder.reset();
        for (const [i, t, ts, j, u, b, atMs, y] of any) {
          encoder.addRow([i, t, ts, j, u, b, atMs === null ? null : atMs * 1_000, y]);
        }
        await client.query('truncate copied');
        await copyAndExecute(
          client,
          'copy copied (i, t, ts, j, u, b, at, y) from stdin (format binary)',
          encoder.finish(),
        );
        const { rows: found } = await client.query(
          `select i, t, ts, j::text, u, b, round(extract(epoch from at) * 1000)::bigint::text as at, y
           from copied order by position`,
        );
        expect(
          found.map((row) => [row.i, row.t, row.ts, JSON.parse(row.j), row.u, row.b, row.at, row.y]),
        ).toEqual(
          any.map(([i, t, ts, j, u, b, atMs, y]) => [
            i,
            t,
            ts,
            j === null ? null : withoutNegativeZero(JSON.parse(j)),
            u,
            b,
            atMs === null ? null : String(atMs),
            y === null ? null : Buffer.from(y),
          ]),
        );
      }),
      { numRuns: 60 },
    );
  } finally {
    client.release(true);
  }
});

/** Numeric, which is what jsonb keeps numbers in, has no -0. */
function withoutNegativeZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

it('createCopyEncoder() takes JSON in bytes, and rows far larger than its first buffer', async () => {
  const client = await database.pool.connect();
  try {
    await client.query('create temp table large (t text, j jsonb)');
    const encoder = createCopyEncoder(['text', 'jsonb']);
    const values: CopyValue[] = ['é'.repeat(500_000), Buffer.from(`{"k":"${'x'.repeat(3_000_000)}"}`)];
    encoder.addRow(values);
    encoder.addRow(values);
    await copyAndExecute(client, 'copy large from stdin (format binary)', encoder.finish());
    const { rows: found } = await client.query(`select length(t) as t, length(j ->> 'k') as j from large`);
    expect(found).toEqual([
      { t: 500_000, j: 3_000_000 },
      { t: 500_000, j: 3_000_000 },
    ]);
  } finally {
    client.release(true);
  }
});

it('createCopyEncoder() refuses a row of another width', () => {
  expect(() => createCopyEncoder(['text', 'text']).addRow(['one'])).toThrow('it has 1 values, expected 2');
});
