import type pg from 'pg';

/** How PostgreSQL carries out one statement. */
export type QueryPlan = {
  /** Large tables and partitions with rows in them that are read from end to end. */
  readonly wholeTables: readonly string[];
  /** Rows of large tables that were looked at, those that a filter dropped included. */
  readonly rowsRead: number;
  readonly text: string;
};

type Node = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Node[];
};

/**
 * Runs a statement and tells how it was done.
 * @param largeTables those that count, partitions among them; a partition without rows does not
 */
export async function explain(
  client: pg.ClientBase,
  query: { readonly text: string; readonly values: readonly unknown[] },
  largeTables: ReadonlySet<string>,
): Promise<QueryPlan> {
  const result = await client.query(`explain (analyze, timing off, format json) ${query.text}`, [
    ...query.values,
  ]);
  const [{ Plan: root }] = result.rows[0]['QUERY PLAN'] as [{ Plan: Node }];
  const scans = nodesOf(root).filter((node) => largeTables.has(node['Relation Name'] ?? ''));
  return {
    wholeTables: scans
      .filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Loops'] > 0)
      .map((node) => node['Relation Name'] ?? ''),
    rowsRead: scans.reduce(
      (sum, node) =>
        sum +
        node['Actual Loops'] *
          (node['Actual Rows'] +
            (node['Rows Removed by Filter'] ?? 0) +
            (node['Rows Removed by Index Recheck'] ?? 0)),
      0,
    ),
    text: scans.map((node) => JSON.stringify({ ...node, Plans: undefined })).join('\n'),
  };
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
