import { encodeAttributeText } from '../../lib/core/attribute-text.ts';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { stringifyExactJson } from '../../lib/core/exact-json.ts';
import { maxEventDataBytes } from '../../lib/core/resource-event.ts';
import { formatSource } from '../../lib/core/resource-subject.ts';
import type { Row, RowChange } from '../../lib/core/row-change.ts';

/** Data of a change event. */
export type ChangeData = {
  readonly operation: RowChange['operation'];
  /** `schema.name`. */
  readonly table: string;
  /** Primary key; empty for a change of the whole table. */
  readonly key: string;
  /** The row's own count of its changes, where the table has a column of that name. */
  readonly generation?: number;
  /** After the change; before it for a delete. */
  readonly row?: Row;
  /** Before an update. */
  readonly previous?: Row;
  /** Columns that `row` lacks because their large value did not change. */
  readonly unchanged?: readonly string[];
  readonly committedAt: string;
  /** PostgreSQL's text of the commit position; missing where the change came from the outbox. */
  readonly lsn?: string;
};

/**
 * The CloudEvent of a change: the same for every delivery of the same change. One that is too large for a broker
 * loses the row before, then the row itself, and says so with the extension `truncated`; whoever needs them has
 * the key.
 */
export function changeEvent(
  change: RowChange,
  options: { readonly type: string; readonly cluster: string },
): CloudEvent<ChangeData> {
  const { position, table } = change;
  const whole = dataOf(change);
  const data = shrink(whole);
  const key = encodeAttributeText(change.key === '' ? table : change.key);
  return {
    id: `${position.systemId}/${position.commit}/${position.index}`,
    source: formatSource(options.cluster, 'changes-source'),
    type: options.type,
    subject: [...table.split('.').map(encodeAttributeText), ...(change.key === '' ? [] : [key])].join('/'),
    time: position.committedAt,
    datacontenttype: 'application/json',
    extensions: {
      partitionkey: key,
      operation: change.operation,
      ...(position.lsn === undefined ? {} : { commitlsn: position.lsn }),
      ...(data.generation === undefined ? {} : { generation: String(data.generation) }),
      ...(data === whole ? {} : { truncated: 'true' }),
    },
    data,
  };
}

function dataOf(change: RowChange): ChangeData {
  const { operation, table, key, position } = change;
  const { committedAt, lsn } = position;
  const common = { operation, table, key, committedAt, ...(lsn === undefined ? {} : { lsn }) };
  if (!('row' in change)) return common;
  const generation = change.row['generation'];
  return {
    ...common,
    ...(typeof generation === 'number' ? { generation } : {}),
    row: change.row,
    ...('previous' in change ? { previous: change.previous } : {}),
    ...('unchanged' in change ? { unchanged: change.unchanged } : {}),
  };
}

function shrink(data: ChangeData): ChangeData {
  if (!isTooLarge(data)) return data;
  const { previous: _previous, ...withoutPrevious } = data;
  if (!isTooLarge(withoutPrevious)) return withoutPrevious;
  const { row: _row, ...identity } = withoutPrevious;
  return identity;
}

/** Measured only where it may be: writing an event out twice would be a fifth of what it costs. */
function isTooLarge(data: ChangeData): boolean {
  if (mostBytes(data.row) + mostBytes(data.previous) < maxEventDataBytes - 10_000) return false;
  return Buffer.byteLength(stringifyExactJson(data) ?? '') > maxEventDataBytes;
}

/** An upper bound of a row's length as JSON: an escaped control character takes six bytes. */
function mostBytes(row: Row | undefined): number {
  let bytes = 0;
  for (const name in row) {
    const value = row[name];
    bytes += name.length * 6 + 4;
    if (typeof value === 'string') bytes += value.length * 6;
    else if (typeof value !== 'object' || value === null) bytes += 32;
    else bytes += (stringifyExactJson(value) ?? '').length * 3;
  }
  return bytes;
}
