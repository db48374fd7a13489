/** The part of a Lease (coordination.k8s.io/v1) that election reads. */
export type LeaseRecord = {
  readonly holder: string;
  readonly renewTime: string;
  readonly durationMs: number;
};

/** What was seen of a lease and when it was seen to change, by our own clock. */
export type LeaseSighting = LeaseRecord & { readonly seenAtMs: number };

/**
 * A new sighting when the lease changed since the last one, else the last one: how long a holder has been
 * silent is measured by one clock only, so that clocks that differ between nodes do no harm.
 */
export function sight(record: LeaseRecord, last: LeaseSighting | undefined, nowMs: number): LeaseSighting {
  if (last !== undefined && last.holder === record.holder && last.renewTime === record.renewTime) return last;
  return { ...record, seenAtMs: nowMs };
}

/** Whether the lease is ours, free to take, or held by another. */
export function judgeLease(
  sighting: LeaseSighting,
  identity: string,
  nowMs: number,
): 'ours' | 'free' | 'held' {
  if (sighting.holder === identity) return 'ours';
  if (sighting.holder === '') return 'free';
  return nowMs - sighting.seenAtMs > sighting.durationMs ? 'free' : 'held';
}
