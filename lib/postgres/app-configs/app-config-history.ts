import type { Pool } from 'pg';
import { loadSql } from '../load-sql.ts';

const statement = loadSql('app-config-history');

/** One generation of an AppConfig, and what became of it. */
export type HistoryRow = {
  readonly generation: number;
  readonly operation: 'created' | 'updated' | 'deleted';
  readonly name: string;
  readonly repository_url: string;
  readonly branch: string;
  readonly environment: string;
  readonly changed_at: Date;
  readonly changed_by: string | null;
  readonly phase: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly next_retry_at: Date | null;
  readonly outcome_at: Date | null;
  readonly revision: string | null;
};

/** The newest first; it outlives the AppConfig. */
export async function appConfigHistory(
  pool: Pick<Pool, 'query'>,
  id: string,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<HistoryRow[]> {
  const { rows } = await pool.query<HistoryRow>(statement, [id, page.before ?? null, page.limit]);
  return rows;
}
