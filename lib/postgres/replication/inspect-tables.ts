import type pg from 'pg';
import { type FollowedTable, tableName } from './change-source.ts';
import { quoteLiteral } from './quote-identifier.ts';

/** Names of the columns that make a row's key, by `schema.name`. */
export type PrimaryKeys = ReadonlyMap<string, readonly string[]>;

type TableRow = {
  schema: string;
  name: string;
  replica_identity: string;
  primary_key: string[];
};

/**
 * Looks at the tables before they are followed.
 * @param query runs one statement without parameters, so that it also serves replication connections
 * @throws with SQLSTATE 42P01 for a table that is not there (yet), and with 42501's meaning spelled out for one
 *   whose deletes would not carry the row
 */
export async function inspectTables(
  query: <Row extends pg.QueryResultRow>(text: string) => Promise<Row[]>,
  tables: readonly FollowedTable[],
  options: { readonly needFullIdentity: boolean },
): Promise<PrimaryKeys> {
  const wanted = tables.map((table) => `(${quoteLiteral(table.schema)}, ${quoteLiteral(table.name)})`);
  const rows = await query<TableRow>(`
    select n.nspname as schema, c.relname as name, c.relreplident as replica_identity,
      array(
        select a.attname::text
        from pg_index i
        join lateral unnest(i.indkey::int2[]) with ordinality as k (number, place) on true
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
        where i.indrelid = c.oid and i.indisprimary
        order by k.place
      ) as primary_key
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and (n.nspname, c.relname) in (${wanted.join(', ')})`);
  const found = new Map(rows.map((row) => [`${row.schema}.${row.name}`, row]));
  const keys = new Map<string, readonly string[]>();
  for (const table of tables) {
    const name = tableName(table);
    const row = found.get(name);
    if (row === undefined) {
      throw Object.assign(new Error(`Cannot follow table "${name}": it is not there`), { code: '42P01' });
    }
    if (options.needFullIdentity && row.replica_identity !== 'f') {
      throw Object.assign(
        new Error(
          `Cannot follow table "${name}": its replica identity is "${row.replica_identity}", expected "f"; run: alter table ${name} replica identity full`,
        ),
        { code: unusableTable },
      );
    }
    keys.set(name, row.primary_key);
  }
  return keys;
}

/** Class 0A, feature not supported: judged as what trying again does not help. */
const unusableTable = '0A000';

/** Identity of a row: its primary key as text, or the whole row where the table has none. */
export function rowKey(primaryKey: readonly string[], row: Readonly<Record<string, unknown>>): string {
  if (primaryKey.length === 0) return JSON.stringify(row);
  return primaryKey.map((column) => keyText(row[column])).join('/');
}

function keyText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
