import type pg from 'pg';
import type { EventRow } from '../core/event-row.ts';
import type { PoisonMode } from '../core/ingest-outcome.ts';
import { comparableVersion } from '../core/resource-row.ts';
import { timestampMicros } from '../core/timestamp-micros.ts';
import { createBatchWriter, type Merged, type WriteItems } from './batch-writer.ts';
import type { CopyType, CopyValue } from './copy-encoder.ts';
import { loadSql } from './load-sql.ts';
import { type StagedBatch, stageAndExecute } from './stage-and-execute.ts';
import { lockEvents } from './stream-locks.ts';
import type { WriterSessions } from './writer-session.ts';

export type EventBatchCounts = { readonly inserted: number };

/** Statements that every connection of an event writer runs once. */
export const eventSessionSetUp: readonly string[] = [
  // Hashing joins nothing but a batch with itself here.
  'set enable_hashjoin = on',
  loadSql('stage-events'),
  `prepare insert_events (integer) as ${loadSql('insert-events')}`,
  `prepare forget_undated_events (integer) as ${loadSql('forget-undated-events')}`,
];

/** Writes versions of Kubernetes events to `events`. */
export function createEventWriter(options: {
  readonly sessions: WriterSessions;
  readonly functionName: string;
  readonly poison: PoisonMode;
  readonly onBatch: (counts: EventBatchCounts, rows: number) => void;
}): WriteItems<EventRow> {
  return createBatchWriter({ ...options, columns, stagedRow, merge, channel: 'kubemirror_events' });
}

async function merge(
  client: pg.ClientBase,
  staged: StagedBatch,
  rows: readonly EventRow[],
): Promise<Merged<EventBatchCounts>> {
  const undated = rows.every((row) => row.dated) ? [] : ['forget_undated_events'];
  const results = await stageAndExecute(client, {
    table: 'stage_events',
    batch: staged,
    lock: lockEvents,
    statements: [...undated, 'insert_events'],
  });
  const { taken, inserted } = results.at(-1) as { taken: number[]; inserted: string };
  return { taken, counts: { inserted: Number(inserted) } };
}

/** Of stage_events, in their order. */
const columns: readonly CopyType[] = [
  'integer',
  'integer',
  'timestamptz',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'integer',
  'integer',
  'timestamptz',
  'timestamptz',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'text',
  'jsonb',
  'uuid',
  'timestamptz',
  'boolean',
  'jsonb',
];

function stagedRow(batch: number, ordinal: number, row: EventRow): readonly CopyValue[] {
  const { event } = row;
  const { involved } = event;
  const apiVersion = involved.group === '' ? involved.version : `${involved.group}/${involved.version}`;
  return [
    batch,
    ordinal,
    row.createdAtMicros,
    row.cluster,
    row.uid,
    comparableVersion(row),
    row.resourceVersion,
    row.namespace,
    row.name,
    event.type,
    event.reason ?? null,
    event.action ?? null,
    event.message ?? null,
    int32(event.count),
    int32(event.seriesCount),
    micros(event.seriesLastObservedTime),
    micros(event.firstSeenAt),
    event.sourceComponent ?? null,
    event.sourceHost ?? null,
    event.reportingController ?? null,
    event.reportingInstance ?? null,
    apiVersion === '' ? involved.kind : `${apiVersion}.${involved.kind}`,
    involved.group,
    involved.version,
    involved.kind,
    row.involvedResource ?? null,
    involved.namespace,
    involved.name,
    involved.uid ?? null,
    involved.fieldPath ?? null,
    event.related === undefined ? null : JSON.stringify(event.related),
    row.compositionId ?? null,
    row.observedAtMicros,
    row.dated,
    row.json,
  ];
}

/** Counts are int32 in Kubernetes; anything larger is somebody's mistake and no reason to lose the event. */
function int32(value: number | undefined): number | null {
  return value === undefined ? null : Math.max(-2_147_483_648, Math.min(2_147_483_647, value));
}

function micros(time: string | undefined): number | null {
  return (time === undefined ? undefined : timestampMicros(time)) ?? null;
}
