import type { Pool } from 'pg';
import { createGroupCommit } from '../group-commit.ts';
import { findDue } from './find-due.ts';
import { listRenderInputs, readRenderInputs } from './read-render-inputs.ts';
import { type RecordedOutcome, recordOutcomes, type Standing } from './record-outcomes.ts';
import type { RenderInput } from './render-input.ts';

/** The renderer's way to its rows: reads and outcomes of many AppConfigs share statements and transactions. */
export type RenderStore = {
  readonly read: (id: string) => Promise<RenderInput | undefined>;
  readonly record: (outcome: RecordedOutcome) => Promise<Standing>;
  readonly list: () => Promise<RenderInput[]>;
  /** Ids that wait for the renderer, the longest first. */
  readonly findDue: (options: {
    readonly untoldAfterMs: number;
    readonly limit: number;
  }) => Promise<string[]>;
};

const limits = { maxRows: 500, maxBytes: Number.POSITIVE_INFINITY, maxLingerMs: 5 };
/** Callers run a bounded number of renderings; this only says what a bug may cost. */
const maxWaitingRows = 20_000;

export function createRenderStore(pool: Pool, nowMs: () => number): RenderStore {
  const queueOptions = { limits, maxWaitingRows, maxWaitingBytes: Number.POSITIVE_INFINITY, nowMs };
  const reads = createGroupCommit<string, RenderInput | undefined>({
    ...queueOptions,
    write: (ids) => readRenderInputs(pool, ids),
    writers: 2,
  });
  const outcomes = createGroupCommit<RecordedOutcome, Standing>({
    ...queueOptions,
    write: (batch) => recordOutcomes(pool, batch),
    // The stream's lock lets one commit at a time anyway.
    writers: 1,
  });
  return {
    read: (id) => taken(reads.add(id, 1)),
    record: (outcome) => taken(outcomes.add(outcome, 1)),
    list: () => listRenderInputs(pool),
    findDue: (options) => findDue(pool, options),
  };
}

async function taken<Outcome>(added: Promise<Outcome> | 'full'): Promise<Outcome> {
  if (added === 'full') throw new Error(`Cannot queue another AppConfig: ${maxWaitingRows} wait already`);
  return added;
}
