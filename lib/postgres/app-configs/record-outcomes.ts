import type { Pool } from 'pg';
import { loadSql } from '../load-sql.ts';
import { lockAppConfigs } from '../stream-locks.ts';

/** What became of one generation of an AppConfig. */
export type RecordedOutcome = {
  readonly id: string;
  readonly generation: number;
  readonly phase: 'applied' | 'refused' | 'failed' | 'pruned';
  /** One word, such as `Conflict`, for machines. */
  readonly reason?: string;
  /** A sentence for people. */
  readonly message?: string;
  /** When a failed one is tried again, RFC 3339. */
  readonly retryAt?: string;
  /** resourceVersion of the object, or the commit. */
  readonly revision?: string;
  /** Names that are confirmed to be gone from the target. */
  readonly goneNames: readonly string[];
};

/**
 * `newer`: another change came meanwhile and wants a rendering. `gone`: the row is not known any more, or is being
 * changed at this moment.
 */
export type Standing = 'current' | 'newer' | 'gone';

const forgetStatement = loadSql('forget-rendered-app-configs');
const recordStatement = loadSql('record-render-outcomes');

/** Wakes up the streams of outcomes; it carries nothing. */
const notify = "select pg_notify('kubemirror_appconfigs', '')";

/** Writes outcomes of different AppConfigs in one transaction and says of each how it stands, in order. */
export async function recordOutcomes(
  pool: Pick<Pool, 'connect'>,
  outcomes: readonly RecordedOutcome[],
): Promise<Standing[]> {
  const parameter = JSON.stringify(outcomes);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(lockAppConfigs);
    if (outcomes.some(({ phase }) => phase === 'pruned')) await client.query(forgetStatement, [parameter]);
    const { rows } = await client.query<{ id: string; standing: Standing; told: number }>({
      name: 'record-render-outcomes',
      text: recordStatement,
      values: [parameter],
    });
    if ((rows[0]?.told ?? 0) > 0) await client.query(notify);
    await client.query('commit');
    client.release();
    const standings = new Map(rows.map(({ id, standing }) => [id, standing]));
    return outcomes.map(({ id }) => standings.get(id) ?? 'gone');
  } catch (error) {
    // The connection may be in any state: it is thrown away, which also rolls back.
    client.release(true);
    throw error;
  }
}
