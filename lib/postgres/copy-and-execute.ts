import pg from 'pg';

/**
 * Sends a message of several statements, of which one is `copy … from stdin (format binary)`, together with the
 * rows that it reads, without waiting for the server to ask for them: staging and merging a batch is one round
 * trip (pg-copy-streams takes two, and one more for what follows). Should the server fail before it comes to
 * the rows, it drops them (documentation, "COPY Operations" in the message flow).
 * @returns the results of all statements
 * @throws the server's error; its `where` names the line that COPY did not take
 */
export function copyAndExecute(
  client: pg.ClientBase,
  text: string,
  rows: Buffer,
): Promise<readonly pg.QueryResult[]> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(text, undefined, (error: Error | undefined, result: unknown) => {
      if (error) reject(error);
      // Several statements give several results, which the types of pg do not know.
      else resolve((Array.isArray(result) ? result : [result]) as readonly pg.QueryResult[]);
    });
    const { submit } = query;
    Object.assign(query, {
      submit: (connection: pg.Connection) => {
        const { stream } = connection;
        stream.cork();
        submit.call(query, connection);
        if (stream.writable) {
          stream.write(copyDataHeader(rows.length));
          stream.write(rows);
          stream.write(copyDone);
        }
        stream.uncork();
      },
      // The rows are on their way already.
      handleCopyInResponse: () => {},
    });
    client.query(query);
  });
}

/** Type and length of a CopyData message; the length counts itself. */
function copyDataHeader(bytes: number): Buffer {
  const header = Buffer.allocUnsafe(5);
  header.write('d', 0, 'latin1');
  header.writeUInt32BE(bytes + 4, 1);
  return header;
}

const copyDone = Buffer.from('c\0\0\0\x04', 'latin1');
