import { type FollowedTable, tableName } from './change-source.ts';
import { quoteIdentifier, quoteLiteral } from './quote-identifier.ts';
import type { ReplicationConnection } from './replication-connection.ts';

type Publication = {
  all_tables: boolean;
  complete: boolean;
  tables: string[];
};

/**
 * Creates the publication, or adds what it lacks. A table whose changes were not published before, or not all
 * kinds of them, may have changed unseen, so everything has to be copied anew then.
 * Needs ownership of the tables, and CREATE on the database where the publication does not exist.
 * @param beforeChange makes sure of the new copy; called first, so that a crash in between cannot hide the need
 */
export async function ensurePublication(
  connection: ReplicationConnection,
  publication: { readonly name: string; readonly tables: readonly FollowedTable[] },
  beforeChange: () => Promise<void>,
): Promise<void> {
  const [found] = await connection.query<Publication>(`
    select p.puballtables as all_tables,
      p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate as complete,
      array(
        select t.schemaname || '.' || t.tablename from pg_publication_tables t where t.pubname = p.pubname
      ) as tables
    from pg_publication p
    where p.pubname = ${quoteLiteral(publication.name)}`);
  const statements = statementsFor(publication, found);
  if (statements.length === 0) return;
  await beforeChange();
  for (const statement of statements) await connection.query(statement);
}

function statementsFor(
  wanted: { readonly name: string; readonly tables: readonly FollowedTable[] },
  found: Publication | undefined,
): string[] {
  const name = quoteIdentifier(wanted.name);
  if (found === undefined) {
    // Via the root: rows of a partition are rows of the table that was asked for.
    return [
      `create publication ${name} for table ${tableList(wanted.tables)} with (publish_via_partition_root = true)`,
    ];
  }
  const missing = found.all_tables
    ? []
    : wanted.tables.filter((table) => !found.tables.includes(tableName(table)));
  return [
    ...(found.complete
      ? []
      : [`alter publication ${name} set (publish = 'insert, update, delete, truncate')`]),
    ...(missing.length === 0 ? [] : [`alter publication ${name} add table ${tableList(missing)}`]),
  ];
}

function tableList(tables: readonly FollowedTable[]): string {
  return tables.map((table) => `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`).join(', ');
}
