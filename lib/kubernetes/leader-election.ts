import type { LeaseClient, LeaseObject } from './lease-client.ts';
import { judgeLease, type LeaseSighting, sight } from './lease-decision.ts';

export type ElectionOptions = {
  readonly lease: LeaseClient;
  /** Of this process, unique among the candidates. */
  readonly identity: string;
  /** What the leader does; ends when its signal aborts. */
  readonly lead: (signal: AbortSignal) => Promise<void>;
  readonly observe: (event: ElectionEvent) => void;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

export type ElectionEvent =
  | { readonly kind: 'elected' }
  | { readonly kind: 'deposed'; readonly by: string }
  | { readonly kind: 'resigned' }
  | { readonly kind: 'trouble'; readonly error: unknown };

/**
 * A leader that dies is replaced after at most the lease's duration and one round of looking, 8 s; client-go's
 * default is 17 s. Renewing every 2 s costs the API server one small write.
 */
const leaseDurationMs = 6_000;
const roundMs = 2_000;

/**
 * Lets one of several replicas work at a time. This is for efficiency, not for safety: events have
 * deterministic ids and the database guards versions, so two leaders for a moment do no harm. That is why a
 * leader that cannot reach the API server goes on: it stops only when it sees another holder.
 * @throws what `lead` throws, and the signal's reason
 */
export async function runElected(options: ElectionOptions, signal: AbortSignal): Promise<never> {
  let sighting: LeaseSighting | undefined;
  for (;;) {
    signal.throwIfAborted();
    const round = await tryToHold(options, sighting);
    sighting = round.sighting;
    if (round.holds && signal.aborted) await resign(options);
    signal.throwIfAborted();
    if (round.holds) {
      options.observe({ kind: 'elected' });
      sighting = await leadWhileOurs(options, round.sighting, signal);
    }
    await options.sleep(roundMs * (0.75 + 0.5 * options.random()), signal);
  }
}

async function leadWhileOurs(
  options: ElectionOptions,
  first: LeaseSighting | undefined,
  signal: AbortSignal,
): Promise<LeaseSighting | undefined> {
  const leading = new AbortController();
  const onAbort = () => leading.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  // A leader whose work has ended has nothing to lead.
  const work = options.lead(leading.signal).finally(() => leading.abort(new Error('the work has ended')));
  // Awaited at the end; until then the renewals go on and nobody looks at it.
  work.catch(() => undefined);
  let sighting = first;
  try {
    while (!leading.signal.aborted) {
      await options.sleep(roundMs, leading.signal).catch(() => undefined);
      if (leading.signal.aborted) break;
      const round = await tryToHold(options, sighting);
      sighting = round.sighting;
      if (round.holds || round.sighting === undefined || round.sighting.holder === options.identity) continue;
      options.observe({ kind: 'deposed', by: round.sighting.holder });
      leading.abort(new Error(`deposed by ${round.sighting.holder}`));
    }
    await settled(work, leading.signal);
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (signal.aborted) await resign(options);
  }
  return sighting;
}

/** What the work throws counts, unless it only says that it was told to end. */
async function settled(work: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
}

async function tryToHold(
  options: ElectionOptions,
  last: LeaseSighting | undefined,
): Promise<{ readonly holds: boolean; readonly sighting: LeaseSighting | undefined }> {
  try {
    const current = await options.lease.get();
    const nowMs = options.nowMs();
    const sighting = current === undefined ? undefined : sight(recordOf(current), last, nowMs);
    const judgement = sighting === undefined ? 'free' : judgeLease(sighting, options.identity, nowMs);
    if (judgement === 'held') return { holds: false, sighting };
    const written = await options.lease.put(heldBy(options.identity, current, nowMs, judgement === 'ours'));
    if (written.kind === 'conflict') return { holds: false, sighting };
    return { holds: true, sighting: sight(recordOf(written.lease), sighting, nowMs) };
  } catch (error) {
    options.observe({ kind: 'trouble', error });
    return { holds: false, sighting: last };
  }
}

/** Frees the lease at once, so that a rollout does not wait for it to run out. */
async function resign(options: ElectionOptions): Promise<void> {
  try {
    const current = await options.lease.get();
    if (current?.spec?.holderIdentity !== options.identity) return;
    await options.lease.put({
      ...current,
      spec: { ...current.spec, holderIdentity: '', leaseDurationSeconds: 1 },
    });
    options.observe({ kind: 'resigned' });
  } catch (error) {
    options.observe({ kind: 'trouble', error });
  }
}

function recordOf({ spec = {} }: LeaseObject) {
  return {
    holder: spec.holderIdentity ?? '',
    renewTime: spec.renewTime ?? '',
    durationMs: (spec.leaseDurationSeconds ?? leaseDurationMs / 1_000) * 1_000,
  };
}

function heldBy(
  identity: string,
  current: LeaseObject | undefined,
  nowMs: number,
  isOurs: boolean,
): LeaseObject {
  // MicroTime has six digits.
  const now = new Date(nowMs).toISOString().replace('Z', '000Z');
  const spec = current?.spec ?? {};
  return {
    ...current,
    metadata: current?.metadata ?? {},
    spec: {
      ...spec,
      holderIdentity: identity,
      leaseDurationSeconds: leaseDurationMs / 1_000,
      renewTime: now,
      ...(!isOurs && { acquireTime: now, leaseTransitions: (spec.leaseTransitions ?? 0) + 1 }),
    },
  };
}
