import type pg from 'pg';
import { addDays, type Day, type Partition } from '../core/partition-plan.ts';
import { loadSql } from './load-sql.ts';

/** Tables with daily partitions, the column that says which day a row belongs to, and the stream of its positions. */
export const partitionedTables = {
  events: { column: 'created_at', stream: 'events' },
  resource_history: { column: 'recorded_at', stream: 'resources' },
} as const;

export type PartitionedTable = keyof typeof partitionedTables;

export type PartitionList = {
  readonly daily: readonly Partition<PartitionedTable>[];
  /** Size of the default partition and of those that somebody else made. */
  readonly otherBytes: number;
};

const listText = loadSql('list-partitions');

/** Partitions by what the catalog says of their names and bounds; others than ours are left alone. */
export async function listPartitions(client: pg.ClientBase, table: PartitionedTable): Promise<PartitionList> {
  const { rows } = await client.query<{ name: string; bounds: string; bytes: string }>(listText, [table]);
  const daily: Partition<PartitionedTable>[] = [];
  let otherBytes = 0;
  for (const row of rows) {
    const day = new RegExp(`^${table}_(\\d{4})_(\\d\\d)_(\\d\\d)$`).exec(row.name)?.slice(1).join('-');
    if (day === undefined) otherBytes += Number(row.bytes);
    else daily.push({ table, day, bytes: Number(row.bytes) });
  }
  return { daily, otherBytes };
}

/**
 * Makes the partition of one day and moves there what the default partition holds of it, in one transaction.
 * Attaching locks the table only against other schema changes; the default partition is locked whole for the
 * moment, because nobody may add rows of that day to it meanwhile.
 * @param lockTimeoutMs rather fail than make ingesters and readers queue up behind us
 * @returns rows that were moved
 */
export async function createPartition(
  client: pg.ClientBase,
  partition: { readonly table: PartitionedTable; readonly day: Day },
  lockTimeoutMs: number,
): Promise<number> {
  const { table, day } = partition;
  const { column } = partitionedTables[table];
  // Statements that define tables take no parameters; these are our own constants and digits.
  const name = partitionName(table, day);
  const [from, to] = [`${day}T00:00:00Z`, `${addDays(day, 1)}T00:00:00Z`];
  return inTransaction(client, lockTimeoutMs, async () => {
    await client.query(`create table ${name} (like ${table} including all)`);
    await client.query(`lock table ${table}_default in access exclusive mode`);
    const { rowCount } = await client.query(
      `with moved as (delete from ${table}_default where ${column} >= '${from}' and ${column} < '${to}' returning *)
       insert into ${name} select * from moved`,
    );
    await client.query(
      `alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`,
    );
    return rowCount ?? 0;
  });
}

/**
 * Drops the partition of one day, and raises the stream's horizon so that whoever would continue below it is told.
 * Locks its table for the moment, but waits for that no longer than told.
 */
export async function dropPartition(
  client: pg.ClientBase,
  partition: { readonly table: PartitionedTable; readonly day: Day },
  lockTimeoutMs: number,
): Promise<void> {
  const name = partitionName(partition.table, partition.day);
  await inTransaction(client, lockTimeoutMs, async () => {
    const { rows } = await client.query<{ position: string | null }>(
      `select max(position) as position from ${name}`,
    );
    await raiseHorizon(client, partition.table, rows[0]?.position);
    await client.query(`drop table ${name}`);
  });
}

const raiseText = loadSql('raise-horizon');

async function raiseHorizon(
  client: pg.ClientBase,
  table: PartitionedTable,
  position: string | null | undefined,
): Promise<void> {
  if (position !== null && position !== undefined) {
    await client.query(raiseText, [partitionedTables[table].stream, position]);
  }
}

/** Days that the default partition holds rows of; nearly always none. */
export async function daysInDefault(client: pg.ClientBase, table: PartitionedTable): Promise<Day[]> {
  const { column } = partitionedTables[table];
  const { rows } = await client.query<{ day: string }>(
    `select distinct to_char(${column} at time zone 'utc', 'YYYY-MM-DD') as day
     from ${table}_default where ${column} >= '0001-01-02' and ${column} < '9999-12-31'`,
  );
  return rows.map((row) => row.day);
}

/** Deletes what the default partition holds from before `day`, a transaction a batch. */
export async function emptyDefault(
  client: pg.ClientBase,
  options: { readonly table: PartitionedTable; readonly before: Day; readonly batchRows: number },
  lockTimeoutMs: number,
): Promise<number> {
  const { table, before, batchRows } = options;
  const { column } = partitionedTables[table];
  for (let deleted = 0; ; ) {
    const batch = await inTransaction(client, lockTimeoutMs, async () => {
      const { rows } = await client.query<{ rows: string; position: string | null }>(
        `with gone as (
           delete from ${table}_default where ctid in
             (select ctid from ${table}_default where ${column} < $1::timestamptz limit $2)
           returning position
         )
         select count(*) as rows, max(position) as position from gone`,
        [`${before}T00:00:00Z`, batchRows],
      );
      await raiseHorizon(client, table, rows[0]?.position);
      return Number(rows[0]?.rows ?? 0);
    });
    deleted += batch;
    if (batch < batchRows) return deleted;
  }
}

function partitionName(table: string, day: Day): string {
  return `${table}_${day.replaceAll('-', '_')}`;
}

async function inTransaction<Result>(
  client: pg.ClientBase,
  lockTimeoutMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query(`begin; set local lock_timeout = ${lockTimeoutMs}`);
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
