import type { ClientBase } from 'pg';
import type { CloudEvent } from '../core/cloud-event.ts';
import { loadSql } from './load-sql.ts';

const text = loadSql('quarantine-event');

/** Keys of a unique index: PostgreSQL takes 2,704 bytes for all of them. */
const maxKeyLength = 200;

/** Keeps a message that can never be stored, within the caller's transaction. */
export async function quarantineEvent(
  client: ClientBase,
  message: { readonly functionName: string; readonly reason: string; readonly event: CloudEvent },
): Promise<void> {
  const { event } = message;
  const { data, extensions, ...attributes } = event;
  await client.query({
    name: 'quarantine-event',
    text,
    values: [
      message.functionName,
      storable(message.reason),
      storable(event.id).slice(0, maxKeyLength),
      storable(event.source).slice(0, maxKeyLength),
      storable(event.type).slice(0, maxKeyLength),
      storable(JSON.stringify({ ...attributes, ...extensions })).replaceAll('\\u0000', '\ufffd'),
      data instanceof Uint8Array ? data : Buffer.from(data === undefined ? '' : JSON.stringify(data)),
    ],
  });
}

function storable(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\ufffd');
}
