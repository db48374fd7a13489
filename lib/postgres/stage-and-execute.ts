import type pg from 'pg';
import { copyAndExecute } from './copy-and-execute.ts';

/** Rows of one batch in binary COPY format, all with the batch's number in their first column. */
export type StagedBatch = { readonly number: number; readonly rows: Buffer; readonly rowCount: number };

/**
 * A staging table is emptied when this much lies in it. `temp_buffers`, what a session keeps in memory for temporary
 * tables, is 8 MB; reading over 4,000 rows of other batches costs 0.2 ms, emptying some milliseconds, so that it must
 * not happen many times a second when batches are small.
 */
const maxStagedBytes = 6_000_000;
const maxStagedRows = 4_000;

type Staged = { rows: number; bytes: number };

/** What lies in each connection's staging tables. */
const stagedBy = new WeakMap<pg.ClientBase, Map<string, Staged>>();

/**
 * Begins a transaction, stages a batch, takes the stream's lock and executes prepared statements with the
 * batch's number, all in one round trip. Statements of one message have a snapshot each, so those after the lock
 * see what its last holder committed.
 * @returns the first row of each prepared statement
 */
export async function stageAndExecute(
  client: pg.ClientBase,
  options: {
    /** Staging table; one of our own names. */
    readonly table: string;
    readonly batch: StagedBatch;
    readonly lock: string;
    readonly statements: readonly string[];
  },
): Promise<readonly unknown[]> {
  const { table, batch, statements } = options;
  const staged = stagedIn(client, table);
  const isFull = staged.rows >= maxStagedRows || staged.bytes >= maxStagedBytes;
  const before = [
    'begin',
    ...(isFull ? [`truncate ${table}`] : []),
    `copy ${table} from stdin (format binary)`,
    options.lock,
  ];
  // The number is our own and an integer; EXECUTE takes no parameters of the protocol.
  const text = [...before, ...statements.map((name) => `execute ${name}(${batch.number})`)].join('; ');
  const results = await copyAndExecute(client, text, batch.rows);
  if (isFull) Object.assign(staged, { rows: 0, bytes: 0 });
  staged.rows += batch.rowCount;
  staged.bytes += batch.rows.length;
  return statements.map((name, index) => {
    const row: unknown = results[before.length + index]?.rows[0];
    if (row === undefined) throw new Error(`Cannot read the result of ${name}: no row, expected one`);
    return row;
  });
}

function stagedIn(client: pg.ClientBase, table: string): Staged {
  const tables = stagedBy.get(client) ?? new Map<string, Staged>();
  stagedBy.set(client, tables);
  const staged = tables.get(table) ?? { rows: 0, bytes: 0 };
  tables.set(table, staged);
  return staged;
}
