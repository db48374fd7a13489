import type { KnownCaller } from '../../lib/core/caller.ts';
import { type EventScopeParameter, eventScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { EventFilter } from '../../lib/postgres/event-filter.ts';
import { type EventParameters, filterOf, findVisible, type VisibleDependencies } from './find-visible.ts';

/** Counting further would cost more than the figure is worth to a person. */
const maxCount = 10_000;

export type CountDependencies = VisibleDependencies & {
  readonly countRows: (scope: EventScopeParameter, filter: EventFilter, max: number) => Promise<number>;
};

export type CountOutcome =
  | {
      readonly kind: 'count';
      readonly count: number;
      /** False where there are more. */
      readonly exact: boolean;
      readonly missingClusters: readonly string[];
    }
  | { readonly kind: 'rights-unknown' };

/** How many events the caller may see. */
export async function countEvents(
  caller: KnownCaller,
  parameters: EventParameters,
  deps: CountDependencies,
): Promise<CountOutcome> {
  const visible = await findVisible(caller, filterOf(parameters), deps);
  if (visible.kind !== 'scopes') return visible;
  const { scopes, filter, missingClusters } = visible;
  const found =
    scopes.length === 0 ? 0 : await deps.countRows(eventScopeParameter(scopes), filter, maxCount + 1);
  return { kind: 'count', count: Math.min(found, maxCount), exact: found <= maxCount, missingClusters };
}
