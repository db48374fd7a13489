import type { Pool } from 'pg';
import { loadSql } from '../load-sql.ts';

const statement = loadSql('read-outcomes-after');
const headStatement = 'select coalesce(max(position), 0)::float8 as head from app_config_history';

/** What became of one generation of an AppConfig, at its place in the stream of outcomes. */
export type OutcomeRow = {
  readonly position: number;
  readonly id: string;
  readonly generation: number;
  readonly operation: 'created' | 'updated' | 'deleted';
  readonly name: string;
  readonly phase: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly next_retry_at: Date | null;
  readonly outcome_at: Date;
  readonly revision: string | null;
};

/** Outcomes in commit order. A later outcome of the same generation takes the place of the earlier one. */
export async function readOutcomesAfter(
  pool: Pick<Pool, 'query'>,
  range: {
    readonly after: number;
    readonly upTo?: number;
    readonly id?: string | undefined;
    readonly limit: number;
  },
): Promise<OutcomeRow[]> {
  const { rows } = await pool.query<OutcomeRow>(statement, [
    range.after,
    range.upTo ?? Number.MAX_SAFE_INTEGER,
    range.id ?? null,
    range.limit,
  ]);
  return rows;
}

/** The last position that is committed. */
export async function outcomeHead(pool: Pick<Pool, 'query'>): Promise<number> {
  const { rows } = await pool.query<{ head: number }>(headStatement);
  return rows[0]?.head ?? 0;
}
