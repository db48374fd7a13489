import { isExactNumber } from './exact-json.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { parseApiVersion } from './resource-kind.ts';

/** The object that a Kubernetes event is about; every field may be absent and is then `''` or undefined. */
export type InvolvedObject = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly fieldPath: string | undefined;
};

/** A core/v1 Event as kubemirror reads it. Times are the RFC 3339 texts of the event itself. */
export type KubernetesEvent = {
  readonly type: string;
  readonly reason: string | undefined;
  readonly action: string | undefined;
  readonly message: string | undefined;
  /** Occurrences as `count` has them, or as `series` has them where that is more. */
  readonly count: number | undefined;
  readonly seriesCount: number | undefined;
  readonly seriesLastObservedTime: string | undefined;
  /** Newest of all the times it carries; `undefined` where it carries none that can be read. */
  readonly occurredAt: string | undefined;
  /** When this event was seen for the first time. */
  readonly firstSeenAt: string | undefined;
  readonly sourceComponent: string | undefined;
  readonly sourceHost: string | undefined;
  readonly reportingController: string | undefined;
  readonly reportingInstance: string | undefined;
  readonly involved: InvolvedObject;
  readonly related: Readonly<Record<string, unknown>> | undefined;
};

/**
 * Reads an Event of core/v1 or events.k8s.io/v1: both are the same store, under different field names
 * (`note` is `message`, `regarding` is `involvedObject`, `deprecated*` are the old times and counts).
 * Never throws: an event is stored whatever it looks like, so what has the wrong type counts as absent.
 */
export function readKubernetesEvent(event: KubernetesObject): KubernetesEvent {
  const series = record(event['series']);
  const source = record(event['source'] ?? event['deprecatedSource']);
  const involved = record(event['involvedObject'] ?? event['regarding']);
  const count = integer(event['count'] ?? event['deprecatedCount']);
  const seriesCount = integer(series?.['count']);
  const related = record(event['related']);
  return {
    type: text(event['type']) ?? '',
    reason: text(event['reason']),
    action: text(event['action']),
    message: text(event['message'] ?? event['note']),
    count: seriesCount === undefined ? count : Math.max(seriesCount, count ?? 0),
    seriesCount,
    seriesLastObservedTime: text(series?.['lastObservedTime']),
    ...eventTimes(event, series),
    sourceComponent: text(source?.['component']),
    sourceHost: text(source?.['host']),
    reportingController: text(event['reportingComponent'] ?? event['reportingController']),
    reportingInstance: text(event['reportingInstance']),
    involved: readInvolvedObject(involved),
    related,
  };
}

/** `involvedObject` alone, for those who need no more of the event. */
export function readInvolvedObject(reference: Readonly<Record<string, unknown>> | undefined): InvolvedObject {
  const { group, version } = parseApiVersion(text(reference?.['apiVersion']) ?? '');
  return {
    group,
    version,
    kind: text(reference?.['kind']) ?? '',
    namespace: text(reference?.['namespace']) ?? '',
    name: text(reference?.['name']) ?? '',
    uid: text(reference?.['uid']),
    resourceVersion: text(reference?.['resourceVersion']),
    fieldPath: text(reference?.['fieldPath']),
  };
}

/**
 * `occurredAt` is the newest time that the event carries: recurring events of events.k8s.io keep their first
 * eventTime for ever and move only `series.lastObservedTime`, those of core/v1 move `lastTimestamp`.
 */
function eventTimes(
  event: KubernetesObject,
  series: Readonly<Record<string, unknown>> | undefined,
): Pick<KubernetesEvent, 'occurredAt' | 'firstSeenAt'> {
  const first = [
    event['firstTimestamp'],
    event['deprecatedFirstTimestamp'],
    event['eventTime'],
    event.metadata.creationTimestamp,
  ];
  const last = [series?.['lastObservedTime'], event['lastTimestamp'], event['deprecatedLastTimestamp']];
  const newest = [...last, ...first].filter(isTime).reduce<string | undefined>(later, undefined);
  return { occurredAt: newest, firstSeenAt: first.find(isTime) };
}

function later(a: string | undefined, b: string): string {
  if (a === undefined) return b;
  const difference = Date.parse(b) - Date.parse(a);
  if (difference !== 0) return difference > 0 ? b : a;
  // Date keeps milliseconds only; MicroTime has six digits.
  return fraction(b) > fraction(a) ? b : a;
}

function fraction(time: string): string {
  return (/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(9, '0');
}

function isTime(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function integer(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
