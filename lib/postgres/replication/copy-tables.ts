import pg from 'pg';
import { raceAbort } from '../../core/race-abort.ts';
import type { ChangePosition } from '../../core/row-change.ts';
import { firstBatchSize, nextBatchSize } from './batch-size.ts';
import { type FollowedTable, tableName } from './change-source.ts';
import { columnValue } from './column-value.ts';
import type { Delivery } from './delivery.ts';
import { type PrimaryKeys, rowKey } from './inspect-tables.ts';
import { quoteIdentifier, quoteLiteral } from './quote-identifier.ts';
import { sessionSettings } from './session-settings.ts';

/**
 * Delivers every row of the tables as `snapshot`, as of one moment, and `resynchronised` per table after that.
 * Resolves when all of it is delivered.
 * @param options.snapshot an exported snapshot to read as of; without one, the moment is now
 * @param options.afterwards runs in the same transaction, when all rows are delivered
 */
export async function copyTables(options: {
  readonly connection: pg.ClientConfig;
  readonly tables: readonly FollowedTable[];
  readonly primaryKeys: PrimaryKeys;
  readonly snapshot?: string;
  readonly position: Omit<ChangePosition, 'index'>;
  readonly delivery: Delivery;
  readonly signal: AbortSignal;
  /** Called once the moment of the copy is fixed. */
  readonly onStarted?: () => void;
  readonly afterwards?: (client: pg.Client) => Promise<void>;
}): Promise<void> {
  const client = new pg.Client({ ...options.connection, keepAlive: true });
  // A break shows in the query that runs or comes next.
  client.on('error', () => {});
  await client.connect();
  try {
    for (const setting of sessionSettings) await client.query(setting);
    await client.query('begin isolation level repeatable read');
    if (options.snapshot !== undefined) {
      await client.query(`set transaction snapshot ${quoteLiteral(options.snapshot)}`);
    }
    options.onStarted?.();
    let index = 0;
    const nextPosition = (): ChangePosition => {
      index += 1;
      return { ...options.position, index: index - 1 };
    };
    for (const table of options.tables) {
      const primaryKey = options.primaryKeys.get(tableName(table)) ?? [];
      for await (const { row, bytes } of readRows(client, table)) {
        options.signal.throwIfAborted();
        await options.delivery.room();
        options.delivery.push(
          {
            operation: 'snapshot',
            table: tableName(table),
            key: rowKey(primaryKey, row),
            position: nextPosition(),
            row,
          },
          bytes,
        );
      }
    }
    await raceAbort(options.delivery.drained(), options.signal);
    // Only now, since it says that all rows have been sent.
    for (const table of options.tables) {
      options.delivery.push(
        { operation: 'resynchronised', table: tableName(table), key: '', position: nextPosition() },
        0,
      );
    }
    await raceAbort(options.delivery.drained(), options.signal);
    await options.afterwards?.(client);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

async function* readRows(
  client: pg.Client,
  table: FollowedTable,
): AsyncGenerator<{ row: Record<string, unknown>; bytes: number }, void, undefined> {
  const from = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
  await client.query(`declare copied_rows no scroll cursor for select * from ${from}`);
  let size = firstBatchSize;
  for (;;) {
    const { rows, fields } = await client.query<(string | null)[]>({
      text: `fetch ${size} from copied_rows`,
      rowMode: 'array',
      types: { getTypeParser: () => (text: string) => text },
    });
    if (rows.length === 0) break;
    let total = 0;
    for (const values of rows) {
      const row: Record<string, unknown> = {};
      let bytes = 0;
      for (const [index, field] of fields.entries()) {
        const text = values[index] ?? null;
        row[field.name] = text === null ? null : columnValue(field.dataTypeID, text);
        bytes += text?.length ?? 0;
      }
      total += bytes;
      yield { row, bytes };
    }
    size = nextBatchSize({ rows: rows.length, bytes: total });
  }
  await client.query('close copied_rows');
}
