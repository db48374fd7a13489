import type { Pool } from 'pg';
import type { EventStreamFilter } from '../core/event-stream-filter.ts';
import type { EventRow } from './list-events.ts';
import { loadSql } from './load-sql.ts';

/** One version of an event in a stream, with what rights to it depend on. */
export type StreamedEvent = Omit<EventRow, 'position'> & {
  readonly position: number;
  readonly involved_object_kind: string;
  readonly involved_object_group: string;
  readonly involved_object_resource: string | null;
  readonly involved_object_namespace: string;
  /** Of the event itself. */
  readonly name: string;
  readonly resource_version_text: string;
  /** The event as a JSON text, where it was asked for. */
  readonly raw: string | null;
  /** Whether an earlier version is stored, where `raw` was asked for. */
  readonly repeated: boolean | null;
};

/** Positions after the first up to the last. */
export type EventRange = {
  readonly after: number;
  readonly upTo?: number;
  readonly limit: number;
  readonly filter?: EventStreamFilter;
  readonly withRaw?: boolean;
};

const statement = loadSql('read-events-after');

/** Event versions above a position in commit order, whoever may see them: the caller checks that for each. */
export async function readEventsAfter(
  pool: Pick<Pool, 'query'>,
  range: EventRange,
): Promise<StreamedEvent[]> {
  const { filter } = range;
  const result = await pool.query<Omit<StreamedEvent, 'position'> & { readonly position: string }>(
    statement,
    [
      range.after,
      range.upTo,
      range.limit,
      filter?.cluster,
      filter?.namespace,
      filter?.kinds,
      filter?.types,
      filter?.reasons,
      filter?.compositionId,
      filter?.involvedUid,
      filter?.involvedName,
      range.withRaw ?? false,
    ],
  );
  // Positions come from a sequence that would need centuries to leave the safe integers.
  return result.rows.map((row) => ({ ...row, position: Number(row.position) }));
}
