import { columnValue } from './column-value.ts';
import type { Relation, Tuple } from './pgoutput-message.ts';

/** A row as JSON, with the columns whose large value did not change and was not sent. */
export type DecodedRow = { readonly row: Record<string, unknown>; readonly unchanged: readonly string[] };

/**
 * Names and types the values of a tuple. With REPLICA IDENTITY FULL the previous tuple holds every value, so
 * what the new one leaves out as unchanged is taken from there.
 * @throws RangeError where relation and tuple do not match
 */
export function rowOfTuple(relation: Relation, tuple: Tuple, previous?: Tuple): DecodedRow {
  if (tuple.length !== relation.columns.length) {
    throw new RangeError(
      `Cannot read row of ${relation.schema}.${relation.name}: ${tuple.length} values, expected ${relation.columns.length}`,
    );
  }
  const row: Record<string, unknown> = {};
  const unchanged: string[] = [];
  for (const [index, column] of relation.columns.entries()) {
    const value = tuple[index] === undefined ? previous?.[index] : tuple[index];
    if (value === undefined) unchanged.push(column.name);
    else row[column.name] = value === null ? null : columnValue(column.typeOid, value);
  }
  return { row, unchanged };
}
