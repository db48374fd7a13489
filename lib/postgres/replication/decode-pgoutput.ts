import { type ByteReader, createByteReader } from './byte-reader.ts';
import type { PgoutputMessage, RelationColumn, Tuple } from './pgoutput-message.ts';

/** PostgreSQL counts microseconds from 2000-01-01 UTC. */
const postgresEpochMs = 946_684_800_000;

/**
 * Decodes one pgoutput message. Values stay text: what they mean depends on the relation (see column-value.ts).
 * @param start where the message begins inside the buffer
 * @throws RangeError for a message that is cut short or has another form than its tag says
 */
export function decodePgoutput(buffer: Buffer, start = 0): PgoutputMessage {
  const reader = createByteReader(buffer, start);
  const tag = String.fromCharCode(reader.uint8());
  switch (tag) {
    case 'B':
      return {
        kind: 'begin',
        commitLsn: reader.uint64(),
        committedAtMs: Number(BigInt.asIntN(64, reader.uint64()) / 1000n) + postgresEpochMs,
        transactionId: reader.uint32(),
      };
    case 'C':
      // Flags are unused so far.
      reader.uint8();
      return { kind: 'commit', commitLsn: reader.uint64(), endLsn: reader.uint64() };
    case 'R':
      return decodeRelation(reader);
    case 'I':
      return { kind: 'insert', relationId: reader.uint32(), row: newTuple(reader) };
    case 'U':
      return decodeUpdate(reader);
    case 'D': {
      const relationId = reader.uint32();
      const marker = String.fromCharCode(reader.uint8());
      if (marker !== 'K' && marker !== 'O') throw unexpected('tuple of a delete', marker, 'K or O');
      return { kind: 'delete', relationId, previous: decodeTuple(reader) };
    }
    case 'T':
      return decodeTruncate(reader);
    case 'O':
    case 'Y':
    case 'M':
      return { kind: 'other', tag };
    default:
      throw unexpected('message', tag, 'a tag of pgoutput protocol 1');
  }
}

function decodeRelation(reader: ByteReader): PgoutputMessage {
  const relationId = reader.uint32();
  // The system schema goes as an empty text.
  const schema = reader.text() || 'pg_catalog';
  const name = reader.text();
  const replicaIdentity = String.fromCharCode(reader.uint8());
  const columns: RelationColumn[] = [];
  for (let left = reader.int16(); left > 0; left -= 1) {
    // Flag 1: part of the replica identity, so with FULL every column has it.
    reader.uint8();
    const columnName = reader.text();
    const typeOid = reader.uint32();
    // Type modifier, such as the length of a varchar.
    reader.int32();
    columns.push({ name: columnName, typeOid });
  }
  return { kind: 'relation', relationId, schema, name, replicaIdentity, columns };
}

function decodeUpdate(reader: ByteReader): PgoutputMessage {
  const relationId = reader.uint32();
  const marker = String.fromCharCode(reader.uint8());
  if (marker === 'N') return { kind: 'update', relationId, row: decodeTuple(reader) };
  if (marker !== 'K' && marker !== 'O') throw unexpected('tuple of an update', marker, 'K, O or N');
  const previous = decodeTuple(reader);
  return { kind: 'update', relationId, previous, row: newTuple(reader) };
}

function decodeTruncate(reader: ByteReader): PgoutputMessage {
  const count = reader.uint32();
  // Flags: CASCADE and RESTART IDENTITY.
  reader.uint8();
  if (count * 4 > reader.remaining()) throw unexpected('truncate', String(count), 'as many tables as follow');
  return { kind: 'truncate', relationIds: Array.from({ length: count }, () => reader.uint32()) };
}

function newTuple(reader: ByteReader): Tuple {
  const marker = String.fromCharCode(reader.uint8());
  if (marker !== 'N') throw unexpected('new tuple', marker, 'N');
  return decodeTuple(reader);
}

function decodeTuple(reader: ByteReader): Tuple {
  const count = reader.int16();
  const values: (string | null | undefined)[] = [];
  for (let index = 0; index < count; index += 1) {
    const kind = String.fromCharCode(reader.uint8());
    if (kind === 't') values.push(reader.textOf(reader.int32()));
    else if (kind === 'n') values.push(null);
    else if (kind === 'u') values.push(undefined);
    // `b` would be a binary value, which is sent only to those that ask for it.
    else throw unexpected('column value', kind, 't, n or u');
  }
  return values;
}

function unexpected(what: string, found: string, expected: string): RangeError {
  return new RangeError(`Cannot decode ${what}: ${JSON.stringify(found)}, expected ${expected}`);
}
