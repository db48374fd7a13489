import type { ChangePosition, RowChange } from '../../core/row-change.ts';
import { type PrimaryKeys, rowKey } from './inspect-tables.ts';
import { formatLsn, formatLsnKey, type Lsn } from './lsn.ts';
import type { PgoutputMessage, Relation } from './pgoutput-message.ts';
import { rowOfTuple } from './row-of-tuple.ts';

/** What one message of the stream means. */
export type ReadResult =
  | { readonly kind: 'begun' }
  | { readonly kind: 'changed'; readonly changes: readonly RowChange[] }
  | { readonly kind: 'committed'; readonly endLsn: Lsn }
  | { readonly kind: 'nothing' };

/**
 * Turns decoded messages into row changes with positions. Keeps the table descriptions that the server sends
 * before the first row of each table and again when a table has changed.
 */
export type TransactionReader = {
  /** @throws RangeError for a row of a table that was not described, or outside a transaction */
  readonly read: (message: PgoutputMessage) => ReadResult;
  /** Where the next change will stand; `undefined` outside a transaction. */
  readonly position: () => ChangePosition | undefined;
};

const nothing: ReadResult = { kind: 'nothing' };

export function createTransactionReader(options: {
  readonly systemId: string;
  /** Tables that are followed; changes of others are left out, yet count for the index. */
  readonly primaryKeys: PrimaryKeys;
}): TransactionReader {
  const relations = new Map<
    number,
    Relation & { readonly table: string; readonly primaryKey?: readonly string[] }
  >();
  let open: (Omit<ChangePosition, 'index'> & { nextIndex: number }) | undefined;

  const nextPosition = (): ChangePosition => {
    if (open === undefined) throw new RangeError('Cannot read a change: no transaction is open');
    const { nextIndex, ...position } = open;
    // Every change of the stream counts, so that the index stays the same when other tables are followed.
    open.nextIndex += 1;
    return { ...position, index: nextIndex };
  };

  const relationOf = (relationId: number) => {
    const relation = relations.get(relationId);
    if (relation === undefined) {
      throw new RangeError(`Cannot read a change: table ${relationId} was not described before it`);
    }
    return relation;
  };

  const readRow = (
    message: Extract<PgoutputMessage, { kind: 'insert' | 'update' | 'delete' }>,
  ): ReadResult => {
    const position = nextPosition();
    const relation = relationOf(message.relationId);
    if (relation.primaryKey === undefined) return nothing;
    const { table, primaryKey } = relation;
    if (message.kind === 'delete') {
      const { row } = rowOfTuple(relation, message.previous);
      return changed({ operation: 'delete', table, key: rowKey(primaryKey, row), position, row });
    }
    if (message.kind === 'insert') {
      const { row } = rowOfTuple(relation, message.row);
      return changed({ operation: 'insert', table, key: rowKey(primaryKey, row), position, row });
    }
    const { row, unchanged } = rowOfTuple(relation, message.row, message.previous);
    return changed({
      operation: 'update',
      table,
      key: rowKey(primaryKey, row),
      position,
      row,
      ...(message.previous === undefined ? {} : { previous: rowOfTuple(relation, message.previous).row }),
      ...(unchanged.length === 0 ? {} : { unchanged }),
    });
  };

  return {
    read: (message) => {
      switch (message.kind) {
        case 'begin':
          open = {
            systemId: options.systemId,
            commit: formatLsnKey(message.commitLsn),
            lsn: formatLsn(message.commitLsn),
            committedAt: new Date(message.committedAtMs).toISOString(),
            nextIndex: 0,
          };
          return { kind: 'begun' };
        case 'commit':
          open = undefined;
          return { kind: 'committed', endLsn: message.endLsn };
        case 'relation': {
          const table = `${message.schema}.${message.name}`;
          const primaryKey = options.primaryKeys.get(table);
          relations.set(message.relationId, {
            ...message,
            table,
            ...(primaryKey === undefined ? {} : { primaryKey }),
          });
          return nothing;
        }
        case 'truncate': {
          const followed = message.relationIds
            .map(relationOf)
            .filter((relation) => relation.primaryKey !== undefined);
          return {
            kind: 'changed',
            changes: followed.map(({ table }) => ({
              operation: 'truncate',
              table,
              key: '',
              position: nextPosition(),
            })),
          };
        }
        case 'other':
          return nothing;
        case 'insert':
        case 'update':
        case 'delete':
          return readRow(message);
      }
    },
    position: () => {
      if (open === undefined) return undefined;
      const { nextIndex, ...position } = open;
      return { ...position, index: nextIndex };
    },
  };
}

function changed(change: RowChange): ReadResult {
  return { kind: 'changed', changes: [change] };
}
