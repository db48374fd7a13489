import { z } from 'zod';
import type { KnownCaller } from '../../lib/core/caller.ts';
import { type EventScopeParameter, eventScopeParameter } from '../../lib/core/scope-parameter.ts';
import type { EventFilter } from '../../lib/postgres/event-filter.ts';
import type { EventSummaryKey } from '../../lib/postgres/summarize-events.ts';
import { eventParameters } from './event-parameters.ts';
import { filterOf, findVisible, type VisibleDependencies } from './find-visible.ts';

/** A summary of more tells its shares no better, and reads more. */
const maxSummarised = 20_000;

const keys = ['kind', 'namespace', 'type', 'reason', 'cluster', 'composition'] as const;

/** Parameters of `GET /events/summary`; unknown names are ignored. */
export const summaryQuerySchema = z.object({
  ...eventParameters,
  by: z
    .enum(keys, { error: `expected one of ${keys.join(', ')}` })
    .default('reason')
    .describe('What to count by'),
});

export type SummaryDependencies = VisibleDependencies & {
  readonly summarizeRows: (
    scope: EventScopeParameter,
    filter: EventFilter,
    options: { readonly by: EventSummaryKey; readonly max: number },
  ) => Promise<{ readonly value: string | null; readonly count: number }[]>;
};

export type SummaryOutcome =
  | {
      readonly kind: 'summary';
      readonly by: EventSummaryKey;
      readonly rows: readonly { readonly value: string | null; readonly count: number }[];
      /** False where there are older events than were looked at. */
      readonly exact: boolean;
      readonly missingClusters: readonly string[];
    }
  | { readonly kind: 'rights-unknown' };

/** How many events of each kind, reason and so on the caller may see, among the newest. */
export async function summarizeEvents(
  caller: KnownCaller,
  parameters: z.output<typeof summaryQuerySchema>,
  deps: SummaryDependencies,
): Promise<SummaryOutcome> {
  const { by } = parameters;
  const visible = await findVisible(caller, filterOf(parameters), deps);
  if (visible.kind !== 'scopes') return visible;
  const { scopes, filter, missingClusters } = visible;
  if (scopes.length === 0) return { kind: 'summary', by, rows: [], exact: true, missingClusters };
  const options = { by, max: maxSummarised + 1 };
  const rows = await deps.summarizeRows(eventScopeParameter(scopes), filter, options);
  const counted = rows.reduce((sum, row) => sum + row.count, 0);
  return { kind: 'summary', by, rows, exact: counted <= maxSummarised, missingClusters };
}
