import { finished } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from } from 'pg-copy-streams';

/**
 * Sends rows in binary COPY format to a table of at most this session's own making.
 * @param statement ends with `copy … from stdin (format binary)`; statements before it share its round trip
 * @throws the server's error; its `where` names the line that it did not take
 */
export async function copyRows(client: ClientBase, statement: string, rows: Buffer): Promise<void> {
  const stream = client.query(from(statement));
  stream.end(rows);
  await finished(stream);
}
