import type pg from 'pg';
import type { PoisonMode } from '../core/ingest-outcome.ts';
import { comparableVersion, type ResourceRow } from '../core/resource-row.ts';
import { createBatchWriter, type Merged, type WriteItems } from './batch-writer.ts';
import type { CopyType, CopyValue } from './copy-encoder.ts';
import { loadSql } from './load-sql.ts';
import { type StagedBatch, stageAndExecute } from './stage-and-execute.ts';
import { lockEvents, lockResources } from './stream-locks.ts';
import type { WriterSessions } from './writer-session.ts';

/** What one batch did to the tables. */
export type ResourceBatchCounts = {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows of earlier batches that got their composition by this one. */
  readonly filledResources: number;
  readonly filledEvents: number;
};

/** Statements that every connection of a resource writer runs once. */
export const resourceSessionSetUp: readonly string[] = [
  loadSql('stage-resources'),
  `prepare merge_upserts (integer) as ${loadSql('merge-upserts')}`,
  `prepare apply_deletes (integer) as ${loadSql('apply-deletes')}`,
];

const spreadCompositions = loadSql('spread-compositions');

/** Writes versions and deletions of objects to `resources` and `resource_history`. */
export function createResourceWriter(options: {
  readonly sessions: WriterSessions;
  readonly functionName: string;
  readonly poison: PoisonMode;
  readonly onBatch: (counts: ResourceBatchCounts, rows: number) => void;
}): WriteItems<ResourceRow> {
  return createBatchWriter({ ...options, columns, stagedRow, merge, channel: 'kubemirror_resources' });
}

/** One round trip to stage and merge, two more to spread compositions where there is something to spread. */
async function merge(
  client: pg.ClientBase,
  staged: StagedBatch,
  rows: readonly ResourceRow[],
): Promise<Merged<ResourceBatchCounts>> {
  const deletes = rows.some((row) => row.deleted) ? ['apply_deletes'] : [];
  const [merged, removed] = await stageAndExecute(client, {
    table: 'stage_resources',
    batch: staged,
    lock: lockResources,
    statements: ['merge_upserts', ...deletes],
  });
  const upserts = merged as {
    taken: number[];
    inserted: string;
    updated: string;
    composed: readonly [cluster: string, uid: string][];
  };
  const gone = (removed ?? { taken: [], deleted: '0' }) as { taken: number[]; deleted: string };
  const filled = await spread(client, upserts.composed);
  return {
    taken: [...upserts.taken, ...gone.taken],
    counts: {
      inserted: Number(upserts.inserted),
      updated: Number(upserts.updated),
      deleted: Number(gone.deleted),
      filledResources: filled.resources,
      filledEvents: filled.events,
    },
  };
}

async function spread(
  client: pg.ClientBase,
  composed: readonly [cluster: string, uid: string][],
): Promise<{ resources: number; events: number }> {
  if (composed.length === 0) return { resources: 0, events: 0 };
  await client.query(lockEvents);
  const { rows } = await client.query<{ resources: string; events: string }>({
    name: 'spread-compositions',
    text: spreadCompositions,
    values: [JSON.stringify(composed)],
  });
  return { resources: Number(rows[0]?.resources ?? 0), events: Number(rows[0]?.events ?? 0) };
}

/** Of stage_resources, in their order. */
const columns: readonly CopyType[] = [
  'integer',
  'integer',
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
  'uuid',
  'text[]',
  'timestamptz',
  'timestamptz',
  'boolean',
  'boolean',
  'jsonb',
];

function stagedRow(batch: number, ordinal: number, row: ResourceRow): readonly CopyValue[] {
  return [
    batch,
    ordinal,
    row.cluster,
    row.uid,
    row.group,
    row.version,
    row.kind,
    row.resource,
    row.namespace,
    row.name,
    comparableVersion(row),
    row.resourceVersion,
    row.compositionId ?? null,
    row.ownerUids,
    row.createdAtMicros ?? null,
    row.observedAtMicros,
    row.truncated,
    row.deleted,
    row.json,
  ];
}
