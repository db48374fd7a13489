import type pg from 'pg';

/**
 * Takes a stream's lock and then executes prepared statements without parameters, in one round trip. Statements
 * of one message have a snapshot each, so those after the lock see what its last holder committed.
 * @returns the first row of each statement after the lock
 */
export async function executeLocked(
  client: pg.ClientBase,
  lock: string,
  statements: readonly string[],
): Promise<readonly unknown[]> {
  // Several statements give several results, which the types of pg do not know.
  const results = (await client.query(
    [lock, ...statements.map((name) => `execute ${name}`)].join('; '),
  )) as unknown as readonly pg.QueryResult[];
  return results.slice(1).map((result) => {
    const row: unknown = result.rows[0];
    if (row === undefined)
      throw new Error(`Cannot read the result of ${result.command}: no row, expected one`);
    return row;
  });
}
