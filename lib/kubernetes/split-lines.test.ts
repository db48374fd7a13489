import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLines } from './parse-lines.ts';
import { splitLines, UnreadableStreamError } from './split-lines.ts';

describe('splitLines()', () => {
  it('yields the same lines however the bytes are cut into chunks', async () => {
    const lines = fc.array(
      fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.replaceAll('\n', ' ')),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(40), { maxLength: 20 }), async (texts, cuts) => {
        const bytes = Buffer.from(`${texts.join('\n')}\n`);
        expect(await collect(splitLines(chunksOf(bytes, cuts), { maxLineBytes: 10_000 }))).toEqual(texts);
      }),
    );
  });

  it('drops a half line at the end and skips empty ones', async () => {
    const stream = chunksOf(Buffer.from('one\n\ntwo\nthr'), [5]);
    expect(await collect(splitLines(stream, { maxLineBytes: 100 }))).toEqual(['one', 'two']);
  });

  it('refuses a line that never ends', async () => {
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(10, 'x');
    })();
    await expect(collect(splitLines(endless, { maxLineBytes: 100 }))).rejects.toThrow(UnreadableStreamError);
  });

  it('reads no further chunk before the lines of the last one are taken', async () => {
    let read = 0;
    const counted = (async function* () {
      for (;;) {
        read += 1;
        yield Buffer.from('a\nb\n');
      }
    })();
    const lines = splitLines(counted, { maxLineBytes: 100 });
    await lines.next();
    await lines.next();
    expect(read).toBe(1);
    await lines.return();
  });
});

describe('parseLines()', () => {
  it('keeps integers beyond 2^53 and tells the length as received', async () => {
    const parsed = await collectAll(parseLines(chunksOf(Buffer.from('{"n":12345678901234567890}\n'), [])));
    expect(JSON.stringify(parsed[0]?.value)).toBe('{"n":12345678901234567890}');
    expect(parsed[0]?.bytes).toBe(26);
  });

  it('ends with an error at the first line that is not JSON', async () => {
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const line of parseLines(chunksOf(Buffer.from('{"a":1}\n{"b":\n{"c":3}\n'), [3]))) {
        seen.push(line.value);
      }
    })();
    await expect(reading).rejects.toThrow(UnreadableStreamError);
    expect(seen).toEqual([{ a: 1 }]);
  });
});

async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const cut of cuts) {
    if (cut > 0 && start < bytes.length) yield bytes.subarray(start, start + cut);
    start += cut;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}

async function collect(lines: AsyncIterable<Buffer>): Promise<string[]> {
  return (await collectAll(lines)).map(String);
}

async function collectAll<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
