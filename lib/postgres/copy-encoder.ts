/** Types of the columns that we COPY. */
export type CopyType = 'text' | 'text[]' | 'jsonb' | 'uuid' | 'boolean' | 'integer' | 'timestamptz' | 'bytea';

/**
 * `timestamptz` is microseconds since 1970 as a number; `jsonb` is JSON text, as a string or in UTF-8 bytes;
 * `uuid` is its text with hyphens.
 */
export type CopyValue = string | number | boolean | Uint8Array | readonly string[] | null;

/**
 * Rows in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"). Binary, because JSON is
 * full of the backslashes and quotes that the text format would have to escape: the bytes that came over HTTP
 * go on as they are.
 */
export type CopyEncoder = {
  readonly addRow: (values: readonly CopyValue[]) => void;
  readonly rows: () => number;
  /** Header, rows and trailer. Valid until `reset`. */
  readonly finish: () => Buffer;
  /** Forgets the rows and keeps the memory, up to 4 MiB of it. */
  readonly reset: () => void;
};

const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const keptBytes = 4 * 1024 * 1024;
/** Element type of text[]: the fixed oid of `text`. */
const textOid = 25;
/** PostgreSQL counts from 2000-01-01. */
const epoch2000Micros = 946_684_800_000_000;

export function createCopyEncoder(types: readonly CopyType[]): CopyEncoder {
  let buffer = Buffer.allocUnsafe(64 * 1024);
  let end = 0;
  let rows = 0;

  const reserve = (bytes: number): void => {
    if (end + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, end + bytes));
    buffer.copy(larger, 0, 0, end);
    buffer = larger;
  };
  const writeText = (text: string): void => {
    // Three bytes are the most that UTF-8 needs per UTF-16 unit, so no pass for measuring.
    reserve(4 + text.length * 3);
    const written = buffer.write(text, end + 4, 'utf8');
    buffer.writeInt32BE(written, end);
    end += 4 + written;
  };
  const writeBytes = (bytes: Uint8Array): void => {
    reserve(4 + bytes.length);
    buffer.writeInt32BE(bytes.length, end);
    buffer.set(bytes, end + 4);
    end += 4 + bytes.length;
  };
  const writers: Readonly<Record<CopyType, (value: never) => void>> = {
    text: writeText,
    bytea: writeBytes,
    jsonb: (json: string | Uint8Array) => {
      const start = end;
      // The version of jsonb's binary form, always 1, counts to the length.
      reserve(1);
      end += 1;
      if (typeof json === 'string') writeText(json);
      else writeBytes(json);
      buffer.writeInt32BE(end - start - 4, start);
      buffer[start + 4] = 1;
    },
    uuid: (uuid: string) => {
      reserve(20);
      buffer.writeInt32BE(16, end);
      buffer.write(uuid.replaceAll('-', ''), end + 4, 'hex');
      end += 20;
    },
    boolean: (value: boolean) => {
      reserve(5);
      buffer.writeInt32BE(1, end);
      buffer[end + 4] = value ? 1 : 0;
      end += 5;
    },
    integer: (value: number) => {
      reserve(8);
      buffer.writeInt32BE(4, end);
      buffer.writeInt32BE(value, end + 4);
      end += 8;
    },
    timestamptz: (micros: number) => {
      reserve(12);
      buffer.writeInt32BE(8, end);
      buffer.writeBigInt64BE(BigInt(Math.round(micros)) - BigInt(epoch2000Micros), end + 4);
      end += 12;
    },
    'text[]': (members: readonly string[]) => {
      const start = end;
      reserve(24);
      end += 24;
      for (const member of members) writeText(member);
      buffer.writeInt32BE(members.length === 0 ? 12 : end - start - 4, start);
      buffer.writeInt32BE(members.length === 0 ? 0 : 1, start + 4);
      buffer.writeInt32BE(0, start + 8);
      buffer.writeInt32BE(textOid, start + 12);
      buffer.writeInt32BE(members.length, start + 16);
      buffer.writeInt32BE(1, start + 20);
      if (members.length === 0) end = start + 16;
    },
  };
  const columnWriters = types.map((type) => writers[type] as (value: CopyValue) => void);

  const reset = (): void => {
    if (buffer.length > keptBytes) buffer = Buffer.allocUnsafe(keptBytes);
    header.copy(buffer);
    end = header.length;
    rows = 0;
  };
  reset();
  return {
    addRow: (values) => {
      if (values.length !== types.length) {
        throw new TypeError(`Cannot copy a row: it has ${values.length} values, expected ${types.length}`);
      }
      reserve(2);
      buffer.writeInt16BE(types.length, end);
      end += 2;
      for (let index = 0; index < values.length; index += 1) {
        const value = values[index];
        if (value === null || value === undefined) {
          reserve(4);
          buffer.writeInt32BE(-1, end);
          end += 4;
        } else columnWriters[index]?.(value);
      }
      rows += 1;
    },
    rows: () => rows,
    finish: () => {
      reserve(2);
      buffer.writeInt16BE(-1, end);
      return buffer.subarray(0, end + 2);
    },
    reset,
  };
}
