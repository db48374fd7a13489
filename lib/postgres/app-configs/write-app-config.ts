import type { Pool } from 'pg';
import type { AppConfigFields } from '../../core/app-config-rules.ts';
import { loadSql } from '../load-sql.ts';

const insertStatement = loadSql('insert-app-config');
const updateStatement = loadSql('update-app-config');
const deleteStatement = loadSql('delete-app-config');

export type WriteOutcome =
  | { readonly kind: 'written'; readonly id: string }
  /** Another AppConfig has this name. */
  | { readonly kind: 'duplicate' }
  /** No such row, it is being deleted, or it has none of the expected generations. */
  | { readonly kind: 'unmatched' };

type Write = {
  readonly id: string;
  /** Generations of which the row must have one. */
  readonly generations: readonly number[] | undefined;
  readonly user: string;
};

export function insertAppConfig(
  pool: Pick<Pool, 'query'>,
  fields: AppConfigFields,
  user: string,
): Promise<WriteOutcome> {
  const { name, repository_url: repositoryUrl, branch, environment } = fields;
  return write(pool, insertStatement, [name, repositoryUrl, branch, environment, user]);
}

/** @param change.render asks for a new rendering although nothing else changes */
export function updateAppConfig(
  pool: Pick<Pool, 'query'>,
  change: Write & { readonly fields: Partial<AppConfigFields>; readonly render: boolean },
): Promise<WriteOutcome> {
  const { name, repository_url: repositoryUrl, branch, environment } = change.fields;
  return write(pool, updateStatement, [
    change.id,
    change.generations ?? null,
    name ?? null,
    repositoryUrl ?? null,
    branch ?? null,
    environment ?? null,
    change.user,
    change.render,
  ]);
}

export function deleteAppConfig(pool: Pick<Pool, 'query'>, change: Write): Promise<WriteOutcome> {
  return write(pool, deleteStatement, [change.id, change.generations ?? null, change.user]);
}

async function write(
  pool: Pick<Pool, 'query'>,
  statement: string,
  values: readonly unknown[],
): Promise<WriteOutcome> {
  try {
    const { rows } = await pool.query<{ id: string }>(statement, [...values]);
    const [row] = rows;
    return row === undefined ? { kind: 'unmatched' } : { kind: 'written', id: row.id };
  } catch (error) {
    const { code, constraint } = error as { readonly code?: string; readonly constraint?: string };
    if (code === '23505' && constraint === 'app_configs_live_name') return { kind: 'duplicate' };
    throw error;
  }
}
