import { appConfigRules } from '../../lib/core/app-config-rules.ts';
import type { RenderInput, RenderRow } from '../../lib/postgres/app-configs/render-input.ts';
import { isVanished } from './plan-objects.ts';
import type { TargetOutcome } from './render-target.ts';

/**
 * What can be said of an AppConfig without a look at the target: its row breaks a rule, or vanished without a delete.
 * To be asked of every row that is read, since it may have changed after the last one that was.
 * @param prune whether what is left of a vanished row may be removed
 */
export function outcomeWithoutTarget(
  input: RenderInput,
  prune: boolean,
): Extract<TargetOutcome, { kind: 'held' | 'refused' }> | undefined {
  if (isVanished(input) && !prune) return { kind: 'held' };
  const problem = input.row === undefined || input.row.deleted ? undefined : rowProblem(input.row);
  return problem === undefined ? undefined : { kind: 'refused', reason: 'Invalid', message: problem };
}

/** The first field that breaks a rule, in the order in which people read them. */
function rowProblem(row: RenderRow): string | undefined {
  const fields = {
    name: row.name,
    repository_url: row.repositoryUrl,
    branch: row.branch,
    environment: row.environment,
  };
  for (const [field, value] of Object.entries(fields) as [keyof typeof fields, string][]) {
    const problem = appConfigRules[field](value);
    if (problem !== undefined) return `${field} ${problem}`;
  }
  return undefined;
}
