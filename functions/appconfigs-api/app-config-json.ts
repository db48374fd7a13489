import type { HistoryRow } from '../../lib/postgres/app-configs/app-config-history.ts';
import type { AppConfigRow } from '../../lib/postgres/app-configs/app-config-row.ts';
import type { OutcomeRow } from '../../lib/postgres/app-configs/read-outcomes-after.ts';

/**
 * An AppConfig as clients see it. `status` is what became of it: `pending` until the renderer has dealt with
 * `generation`, then `applied`, `refused` (this content will never do) or `failed` (it is tried again).
 */
export function appConfigJson(row: AppConfigRow): object {
  return {
    id: row.id,
    name: row.name,
    repository_url: row.repository_url,
    branch: row.branch,
    environment: row.environment,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    deleted_at: row.deleted_at?.toISOString() ?? null,
    changed_by: row.changed_by,
    generation: row.generation,
    status: {
      phase: row.phase ?? 'pending',
      observed_generation: row.observed_generation,
      reason: row.reason,
      message: row.message,
      next_retry_at: row.next_retry_at?.toISOString() ?? null,
      rendered_at: row.rendered_at?.toISOString() ?? null,
      revision: row.revision,
    },
  };
}

export function historyJson(row: HistoryRow): object {
  return {
    generation: row.generation,
    operation: row.operation,
    name: row.name,
    repository_url: row.repository_url,
    branch: row.branch,
    environment: row.environment,
    changed_at: row.changed_at.toISOString(),
    changed_by: row.changed_by,
    status: outcomeJson(row),
  };
}

/** Data of one frame of the stream. */
export function streamedOutcomeJson(row: OutcomeRow): object {
  return {
    id: row.id,
    name: row.name,
    generation: row.generation,
    operation: row.operation,
    status: outcomeJson(row),
  };
}

function outcomeJson(row: {
  readonly phase: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly next_retry_at: Date | null;
  readonly outcome_at: Date | null;
  readonly revision: string | null;
}): object {
  return {
    phase: row.phase,
    reason: row.reason,
    message: row.message,
    next_retry_at: row.next_retry_at?.toISOString() ?? null,
    outcome_at: row.outcome_at?.toISOString() ?? null,
    revision: row.revision,
  };
}
