import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { EventAnswer } from '../../lib/core/event-answer.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { type FailureKind, ingestAnswer, overloadedAnswer } from '../../lib/core/ingest-answer.ts';
import type { IngestItem, IngestOutcome } from '../../lib/core/ingest-outcome.ts';
import { parseManifest } from '../../lib/core/parse-manifest.ts';
import type { ResourceManifest, WantedResources } from '../../lib/core/resource-manifest.ts';
import { type ResourceRow, resourceRow } from '../../lib/core/resource-row.ts';

export type ResourcesIngesterDependencies = {
  /** Cluster of events that do not name theirs. */
  readonly clusterName: string | undefined;
  readonly nowMs: () => number;
  /** Resolves when it has committed; `full` when the queue is. */
  readonly write: (item: IngestItem<ResourceRow>, bytes: number) => Promise<IngestOutcome> | 'full';
  readonly compare: (manifest: ResourceManifest, listedAt: Date) => Promise<ManifestOutcome> | 'full';
  readonly classify: (error: unknown) => FailureKind;
  /** The reply event with what a manifest showed to be missing. */
  readonly wantedReply: (wanted: WantedResources, request: CloudEvent) => NonNullable<EventAnswer['reply']>;
  readonly onReceived: (type: string) => void;
  readonly onFailure: (error: unknown) => void;
};

/** What became of a manifest, as far as the answer depends on it. */
export type ManifestOutcome =
  | { readonly kind: 'compared'; readonly deleted: number; readonly wanted: WantedResources['identities'] }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'poison'; readonly reason: string };

/** Takes the events of one request and answers when all of them have committed. */
export async function ingestResources(
  events: readonly CloudEvent[],
  deps: ResourcesIngesterDependencies,
): Promise<EventAnswer> {
  const [first] = events;
  if (events.length === 1 && first?.type === eventTypes.resourceManifest) {
    deps.onReceived(first.type);
    return ingestManifest(first, deps);
  }
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

function ingestOne(event: CloudEvent, deps: ResourcesIngesterDependencies): Promise<IngestOutcome> | 'full' {
  const bytes = event.data instanceof Uint8Array ? event.data.length : 0;
  if (!resourceTypes.has(event.type)) {
    if (event.type === eventTypes.resourceManifest) return manifestInBatch(event, deps);
    return deps.write({ event, content: { kind: 'poison', reason: 'unknown type of event' } }, bytes);
  }
  const result = resourceRow(event, { clusterName: deps.clusterName, nowMicros: deps.nowMs() * 1_000 });
  if (result.kind === 'skip') return unchanged;
  return deps.write({ event, content: result }, bytes);
}

const unchanged: Promise<IngestOutcome> = Promise.resolve({ kind: 'unchanged' });

const resourceTypes: ReadonlySet<string> = new Set([
  eventTypes.resourceUpserted,
  eventTypes.resourceDeleted,
  eventTypes.apiServerAdd,
  eventTypes.apiServerUpdate,
  eventTypes.apiServerDelete,
]);

async function ingestManifest(event: CloudEvent, deps: ResourcesIngesterDependencies): Promise<EventAnswer> {
  const parsed = parseManifest(event);
  if (parsed.kind === 'invalid') return keepPoison(event, parsed.reason, deps);
  const compared = deps.compare(parsed.manifest, listedAt(event, deps.nowMs()));
  if (compared === 'full') return overloadedAnswer;
  const outcome = await compared;
  switch (outcome.kind) {
    case 'poison':
      return keepPoison(event, outcome.reason, deps);
    case 'failed':
      deps.onFailure(outcome.error);
      return ingestAnswer([outcome], deps.classify);
    case 'compared': {
      if (outcome.wanted.length === 0) return { status: outcome.deleted > 0 ? 202 : 204 };
      const { cluster, group, version, resource, kind } = parsed.manifest;
      const wanted = { cluster, group, version, resource, kind, identities: outcome.wanted };
      // 200, because 202 says that a body is no reply.
      return { status: 200, reply: deps.wantedReply(wanted, event) };
    }
  }
}

async function keepPoison(
  event: CloudEvent,
  reason: string,
  deps: ResourcesIngesterDependencies,
): Promise<EventAnswer> {
  const outcome = deps.write({ event, content: { kind: 'poison', reason } }, 0);
  return outcome === 'full' ? overloadedAnswer : ingestAnswer([await outcome], deps.classify);
}

/**
 * A batched request has one answer and no place for replies; what is wanted shows again in the next round, and
 * brokers never batch.
 */
function manifestInBatch(
  event: CloudEvent,
  deps: ResourcesIngesterDependencies,
): Promise<IngestOutcome> | 'full' {
  const poison = (reason: string) => deps.write({ event, content: { kind: 'poison', reason } }, 0);
  const parsed = parseManifest(event);
  if (parsed.kind === 'invalid') return poison(parsed.reason);
  const compared = deps.compare(parsed.manifest, listedAt(event, deps.nowMs()));
  if (compared === 'full') return 'full';
  return compared.then((outcome): IngestOutcome | Promise<IngestOutcome> => {
    if (outcome.kind === 'compared') return { kind: 'stored' };
    if (outcome.kind === 'failed') return outcome;
    const kept = poison(outcome.reason);
    return kept === 'full'
      ? { kind: 'failed', error: new Error('Cannot quarantine a manifest: queue is full') }
      : kept;
  });
}

function listedAt(event: CloudEvent, nowMs: number): Date {
  const ms = event.time === undefined ? Number.NaN : Date.parse(event.time);
  return new Date(Number.isNaN(ms) ? nowMs : ms);
}
