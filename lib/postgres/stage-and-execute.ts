import type pg from 'pg';
import { copyAndExecute } from './copy-and-execute.ts';

/**
 * Begins a transaction, stages rows, takes the stream's lock and executes prepared statements without parameters,
 * all in one round trip. Statements of one message have a snapshot each, so those after the lock see what its
 * last holder committed.
 * @returns the first row of each prepared statement
 */
export async function stageAndExecute(
  client: pg.ClientBase,
  options: {
    /** Staging table; one of our own names. */
    readonly table: string;
    /** In binary COPY format. */
    readonly rows: Buffer;
    readonly lock: string;
    readonly statements: readonly string[];
  },
): Promise<readonly unknown[]> {
  const before = ['begin', `copy ${options.table} from stdin (format binary)`, options.lock];
  const text = [...before, ...options.statements.map((name) => `execute ${name}`)].join('; ');
  const results = await copyAndExecute(client, text, options.rows);
  return options.statements.map((name, index) => {
    const row: unknown = results[before.length + index]?.rows[0];
    if (row === undefined) throw new Error(`Cannot read the result of ${name}: no row, expected one`);
    return row;
  });
}
