import {
  closeSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

import type { Change } from './change.ts';
import type { StoredObject } from './stored-object.ts';

/** What the journal of an earlier run holds. */
export type JournalContent = {
  readonly revision: number;
  /** Live objects as JSON by storage and key. */
  readonly objects: ReadonlyMap<string, { readonly storage: string; readonly bytes: Buffer }>;
};

type Entry =
  | { readonly revision: number }
  | { readonly s: string; readonly r: number; readonly o: unknown }
  | { readonly s: string; readonly r: number; readonly k: string };

const fileName = 'objects.jsonl';
/** A journal is written anew when most of it is superseded, but never below this size. */
const rewriteAboveBytes = 33_554_432;
const readChunkBytes = 4_194_304;

/**
 * Every change as one line, written before it becomes visible: what a client was told is in the file even
 * when the process is killed the moment after. A line that was cut off by that is dropped at the next start.
 * The file is replaced by its live content, through a temporary one, when it has grown too large.
 */
export class Journal {
  readonly #file: string;
  #descriptor: number;
  #bytes: number;
  #liveBytes: number;
  #closed = false;

  private constructor(file: string, descriptor: number, bytes: number, liveBytes: number) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.#bytes = bytes;
    this.#liveBytes = liveBytes;
  }

  /** Opens the journal of a directory. @throws where its content is damaged other than at its end */
  static open(directory: string): { readonly journal: Journal; readonly content: JournalContent } {
    const file = join(directory, fileName);
    const descriptor = openSync(file, 'a+', 0o600);
    const { content, goodBytes } = readJournal(file, descriptor);
    if (statSync(file).size > goodBytes) truncateSync(file, goodBytes);
    let liveBytes = 0;
    for (const { bytes } of content.objects.values()) liveBytes += bytes.length;
    return { journal: new Journal(file, descriptor, goodBytes, liveBytes), content };
  }

  /** @throws after `close`: the change must not happen then */
  append(change: Change): void {
    if (this.#closed) throw new Error('Cannot write to the journal: it is closed');
    const line = lineOf(change);
    writeAll(this.#descriptor, line);
    this.#bytes += line.length;
    this.#liveBytes += change.type === 'deleted' ? 0 : change.after.bytes.length;
    this.#liveBytes -= change.before?.bytes.length ?? 0;
  }

  /** True when most of the file is superseded. */
  get isDue(): boolean {
    return this.#bytes > rewriteAboveBytes && this.#bytes > this.#liveBytes * 3;
  }

  /** Replaces the file by the live objects; a crash at any moment leaves the old or the new one, whole. */
  rewrite(
    revision: number,
    objects: Iterable<{ readonly storage: string; readonly object: StoredObject }>,
  ): void {
    const temporary = `${this.#file}.tmp`;
    const descriptor = openSync(temporary, 'w', 0o600);
    let bytes = writeAll(descriptor, Buffer.from(`${JSON.stringify({ revision })}\n`));
    for (const { storage, object } of objects) {
      bytes += writeAll(descriptor, objectLine(storage, object));
    }
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, this.#file);
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#file, 'a', 0o600);
    this.#bytes = bytes;
  }

  close(): void {
    this.#closed = true;
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }
}

function lineOf(change: Change): Buffer {
  const { storage, after, revision } = change;
  if (change.type !== 'deleted') return objectLine(storage, after);
  return Buffer.from(`${JSON.stringify({ s: storage, r: revision, k: after.key })}\n`);
}

function objectLine(storage: string, object: StoredObject): Buffer {
  const head = `{"s":${JSON.stringify(storage)},"r":${object.revision},"k":${JSON.stringify(object.key)},"o":`;
  return Buffer.concat([Buffer.from(head), object.bytes, objectEnd]);
}

const objectEnd = Buffer.from('}\n');

function writeAll(descriptor: number, bytes: Buffer): number {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  return bytes.length;
}

function readJournal(file: string, descriptor: number): { content: JournalContent; goodBytes: number } {
  const objects = new Map<string, { storage: string; bytes: Buffer }>();
  let revision = 0;
  let goodBytes = 0;
  let number = 0;
  for (const { line, end, isWhole } of linesOf(descriptor)) {
    number += 1;
    const entry = isWhole ? parseEntry(line) : undefined;
    if (entry === undefined) {
      if (end < statSync(file).size) {
        throw new Error(`Cannot read ${file}: line ${number} is no entry, expected JSON`);
      }
      break;
    }
    goodBytes = end;
    if ('revision' in entry) revision = Math.max(revision, entry.revision);
    else revision = Math.max(revision, entry.r);
    if ('o' in entry) {
      const at = line.indexOf('"o":') + 4;
      const key = (entry as unknown as { k: string }).k;
      // The line lives in a chunk of the file, which must not be kept alive by one object.
      objects.set(`${entry.s} ${key}`, { storage: entry.s, bytes: Buffer.from(line.subarray(at, -1)) });
    } else if ('k' in entry) {
      objects.delete(`${entry.s} ${entry.k}`);
    }
  }
  return { content: { revision, objects }, goodBytes };
}

function parseEntry(line: Buffer): Entry | undefined {
  try {
    return JSON.parse(line.toString()) as Entry;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Lines of a file without reading it whole; the last one may lack its end. */
function* linesOf(
  descriptor: number,
): Generator<{ line: Buffer; end: number; isWhole: boolean }, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  let restStart = 0;
  for (;;) {
    const chunk = Buffer.alloc(readChunkBytes);
    const bytes = readSync(descriptor, chunk, 0, readChunkBytes, position);
    position += bytes;
    const text: Buffer = Buffer.concat([rest, chunk.subarray(0, bytes)]);
    let start = 0;
    for (let end = text.indexOf(10, start); end !== -1; end = text.indexOf(10, start)) {
      yield { line: text.subarray(start, end), end: restStart + end + 1, isWhole: true };
      start = end + 1;
    }
    rest = text.subarray(start);
    restStart += start;
    if (bytes === 0) break;
  }
  if (rest.length > 0) yield { line: rest, end: restStart + rest.length, isWhole: false };
}
