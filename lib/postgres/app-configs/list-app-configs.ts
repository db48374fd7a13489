import type { Pool } from 'pg';
import { loadSql } from '../load-sql.ts';
import type { AppConfigRow } from './app-config-row.ts';

const statement = loadSql('list-app-configs');

export type AppConfigPage = {
  /** Last row of the page before. */
  readonly after?: { readonly createdAt: string; readonly id: string } | undefined;
  readonly skip: number;
  readonly limit: number;
};

export type AppConfigFilter = {
  readonly name?: string | undefined;
  readonly environment?: string | undefined;
  readonly withDeleting: boolean;
};

export async function listAppConfigs(
  pool: Pick<Pool, 'query'>,
  filter: AppConfigFilter,
  page: AppConfigPage,
): Promise<AppConfigRow[]> {
  const { rows } = await pool.query<AppConfigRow>(statement, [
    page.after?.createdAt ?? null,
    page.after?.id ?? null,
    page.skip,
    page.limit,
    filter.name ?? null,
    filter.environment ?? null,
    filter.withDeleting,
  ]);
  return rows;
}
