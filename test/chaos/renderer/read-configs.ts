import pg from 'pg';
import { appConfigRules } from '../../../lib/core/app-config-rules.ts';
import type { WantedConfig } from './compare-rendering.ts';

type Row = {
  id: string;
  name: string;
  generation: number;
  repository_url: string;
  branch: string;
  environment: string;
  deleted: boolean;
  phase: string | null;
  observed_generation: number | null;
};

/** The rows, and what else the database says about their rendering. */
export type ReadConfigs = {
  readonly rows: readonly WantedConfig[];
  /** Statuses without a row, and generations without an outcome. */
  readonly unsettled: readonly string[];
  /** Newest generation in the history by id. */
  readonly generations: ReadonlyMap<string, number>;
};

export async function readConfigs(databaseUrl: string): Promise<ReadConfigs> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(`
      select c.id, c.name, c.generation::int, c.repository_url, c.branch, c.environment,
        c.deleted_at is not null as deleted, s.phase, s.observed_generation::int
      from app_configs c left join app_config_status s on s.id = c.id`);
    const { rows: unsettled } = await client.query<{ text: string }>(`
      select s.id || ' has a status and no row' as text from app_config_status s
      where not exists (select from app_configs c where c.id = s.id)
      union all
      select h.id || '@' || h.generation || ' is still ' || h.phase from app_config_history h
      where h.phase in ('pending', 'failed')`);
    const { rows: generations } = await client.query<{ id: string; newest: number }>(
      'select id, max(generation)::int as newest from app_config_history group by id',
    );
    return {
      rows: rows.map(wantedConfig),
      unsettled: unsettled.map(({ text }) => text),
      generations: new Map(generations.map(({ id, newest }) => [id, newest])),
    };
  } finally {
    await client.end();
  }
}

function wantedConfig(row: Row): WantedConfig {
  const { name, repository_url, branch, environment } = row;
  const fields = { name, repository_url, branch, environment };
  return {
    id: row.id,
    name,
    generation: row.generation,
    repositoryUrl: repository_url,
    branch,
    environment,
    isValid: Object.entries(fields).every(
      ([field, value]) => appConfigRules[field as keyof typeof fields](value) === undefined,
    ),
    deleted: row.deleted,
    phase: row.phase ?? undefined,
    observedGeneration: row.observed_generation ?? undefined,
  };
}
