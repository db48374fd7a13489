import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { EventAnswer } from '../../lib/core/event-answer.ts';
import { type EventRow, eventRow } from '../../lib/core/event-row.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { type FailureKind, ingestAnswer, overloadedAnswer } from '../../lib/core/ingest-answer.ts';
import type { IngestItem, IngestOutcome } from '../../lib/core/ingest-outcome.ts';

export type EventsIngesterDependencies = {
  /** Cluster of events that do not name theirs. */
  readonly clusterName: string | undefined;
  readonly nowMs: () => number;
  /** Resolves when it has committed; `full` when the queue is. */
  readonly write: (item: IngestItem<EventRow>, bytes: number) => Promise<IngestOutcome> | 'full';
  readonly classify: (error: unknown) => FailureKind;
  readonly onReceived: (type: string) => void;
  readonly onFailure: (error: unknown) => void;
};

/** Takes the events of one request and answers when all of them have committed. */
export async function ingestEvents(
  events: readonly CloudEvent[],
  deps: EventsIngesterDependencies,
): Promise<EventAnswer> {
  const pending: Promise<IngestOutcome>[] = [];
  for (const event of events) {
    deps.onReceived(event.type);
    const outcome = ingestOne(event, deps);
    // What was taken before the queue was full will be written; the whole request comes again all the same.
    if (outcome === 'full') return overloadedAnswer;
    pending.push(outcome);
  }
  const outcomes =
    pending.length === 1 ? [await (pending[0] as Promise<IngestOutcome>)] : await Promise.all(pending);
  for (const outcome of outcomes) if (outcome.kind === 'failed') deps.onFailure(outcome.error);
  return ingestAnswer(outcomes, deps.classify);
}

function ingestOne(event: CloudEvent, deps: EventsIngesterDependencies): Promise<IngestOutcome> | 'full' {
  const bytes = event.data instanceof Uint8Array ? event.data.length : 0;
  if (!acceptedTypes.has(event.type)) {
    return deps.write({ event, content: { kind: 'poison', reason: 'unknown type of event' } }, bytes);
  }
  const result = eventRow(event, { clusterName: deps.clusterName, nowMicros: deps.nowMs() * 1_000 });
  if (result.kind === 'skip') return unchanged;
  return deps.write({ event, content: result }, bytes);
}

const unchanged: Promise<IngestOutcome> = Promise.resolve({ kind: 'unchanged' });

const acceptedTypes: ReadonlySet<string> = new Set([
  eventTypes.eventRecorded,
  eventTypes.apiServerAdd,
  eventTypes.apiServerUpdate,
  eventTypes.apiServerDelete,
]);
