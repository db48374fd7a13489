import { type EventRow, eventRow } from '../../lib/core/event-row.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import type { IngestItem, IngestOutcome } from '../../lib/core/ingest-outcome.ts';
import { type ResourceRow, resourceRow } from '../../lib/core/resource-row.ts';
import type { QuarantinedMessage } from '../../lib/postgres/quarantined-messages.ts';

export type ReplayDependencies = {
  readonly clusterName: string | undefined;
  readonly nowMs: () => number;
  readonly writeResources: (items: readonly IngestItem<ResourceRow>[]) => Promise<readonly IngestOutcome[]>;
  readonly writeEvents: (items: readonly IngestItem<EventRow>[]) => Promise<readonly IngestOutcome[]>;
  readonly markReplayed: (id: string) => Promise<void>;
};

export type ReplayOutcome =
  /** Stored now, or older than what the database has. */
  | { readonly kind: 'replayed' }
  /** Still cannot be stored, and stays in quarantine. */
  | { readonly kind: 'kept'; readonly reason: string };

/**
 * Stores one quarantined message as its function would today, past the broker: a new release may understand
 * what an old one did not, CLUSTER_NAME may be set by now, and what a broker gave up on may simply be stored.
 * @throws when the database does not answer
 */
export async function replayQuarantined(
  message: QuarantinedMessage,
  deps: ReplayDependencies,
): Promise<ReplayOutcome> {
  const outcome = await store(message, deps);
  switch (outcome.kind) {
    case 'stored':
    case 'unchanged':
      await deps.markReplayed(message.id);
      return { kind: 'replayed' };
    case 'rejected':
    case 'quarantined':
      return { kind: 'kept', reason: outcome.reason };
    case 'failed':
      throw new Error(`Cannot replay message ${message.id}`, { cause: outcome.error });
  }
}

const resourceTypes: ReadonlySet<string> = new Set([eventTypes.resourceUpserted, eventTypes.resourceDeleted]);
const foreignTypes: ReadonlySet<string> = new Set([
  eventTypes.apiServerAdd,
  eventTypes.apiServerUpdate,
  eventTypes.apiServerDelete,
]);

async function store(
  { event, functionName }: QuarantinedMessage,
  deps: ReplayDependencies,
): Promise<IngestOutcome> {
  const context = { clusterName: deps.clusterName, nowMicros: deps.nowMs() * 1_000 };
  if (
    resourceTypes.has(event.type) ||
    (foreignTypes.has(event.type) && functionName === 'resources-ingester')
  ) {
    return storeOne(event, resourceRow(event, context), deps.writeResources);
  }
  if (event.type === eventTypes.eventRecorded || foreignTypes.has(event.type)) {
    return storeOne(event, eventRow(event, context), deps.writeEvents);
  }
  // A manifest is worth nothing later: the next round brings newer ones.
  if (event.type === eventTypes.resourceManifest) return { kind: 'unchanged' };
  return { kind: 'rejected', reason: 'unknown type of event' };
}

async function storeOne<Row>(
  event: QuarantinedMessage['event'],
  content:
    | { readonly kind: 'row'; readonly row: Row }
    | { readonly kind: 'skip'; readonly reason: string }
    | { readonly kind: 'poison'; readonly reason: string },
  write: (items: readonly IngestItem<Row>[]) => Promise<readonly IngestOutcome[]>,
): Promise<IngestOutcome> {
  if (content.kind === 'skip') return { kind: 'unchanged' };
  if (content.kind === 'poison') return { kind: 'rejected', reason: content.reason };
  const [outcome] = await write([{ event, content: { kind: 'row', row: content.row } }]);
  return outcome ?? { kind: 'failed', error: new Error('Cannot tell what became of a message: no outcome') };
}
