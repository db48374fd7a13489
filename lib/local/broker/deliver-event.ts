import type { CloudEvent } from '../../core/cloud-event.ts';
import type { BrokerProfile } from './broker-profile.ts';
import type { CallSubscriber } from './call-subscriber.ts';
import { backoffMs, type DeliverySpec } from './delivery-spec.ts';
import { judgeAnswer, type Verdict } from './judge-answer.ts';
import type { ResolvedDestination } from './resolve-destination.ts';
import { type StoredEvent, ttlExtension } from './stored-event.ts';

/** Who gets events of one Trigger, resolved at the time of each delivery. */
export type Subscription = {
  readonly delivery: DeliverySpec;
  readonly subscriber: () => ResolvedDestination;
  readonly deadLetterSink: () => ResolvedDestination | undefined;
};

export type Settlement =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'dead-lettered' }
  /** Nobody has it; a synchronous broker tells the source, the others only lose it. */
  | { readonly kind: 'undeliverable'; readonly reason: string }
  /** Acknowledged without anybody having it. */
  | { readonly kind: 'lost'; readonly reason: string };

export type DeliveryDeps = {
  readonly profile: BrokerProfile;
  readonly call: CallSubscriber;
  /** Status that the broker's own ingress gives to a reply event. */
  readonly acceptReply: (
    event: CloudEvent<Buffer | undefined>,
    headers: StoredEvent['headers'],
  ) => Promise<number>;
  /** Rejects when the broker stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly attempted: (verdict: Verdict['kind']) => void;
};

/** One attempt, judged as the broker class judges it. `attempt` counts from 1. */
export async function attemptDelivery(
  subscription: Subscription,
  stored: StoredEvent,
  attempt: number,
  deps: DeliveryDeps,
): Promise<{ readonly verdict: Verdict; readonly waitMs: number }> {
  const { profile } = deps;
  const { delivery } = subscription;
  const destination = subscription.subscriber();
  const answer =
    destination.kind === 'url'
      ? await deps.call({
          url: destination.url,
          stored,
          mode: modeOf(profile, delivery, stored),
          timeoutMs: delivery.timeoutMs ?? profile.attemptTimeoutMs,
        })
      : ({ kind: 'no-answer', reason: destination.reason } as const);
  const verdict = judgeAnswer(profile, answer, { isLast: attempt > delivery.retries });
  deps.attempted(verdict.kind);
  const retryAfterMs = answer.kind === 'answer' ? answer.retryAfterMs : undefined;
  const waitMs = backoffMs(delivery, { retry: attempt, firstExponent: profile.firstExponent, retryAfterMs });
  return { verdict, waitMs };
}

/** All attempts at one place in the queue, until the event is settled. */
export async function deliverEvent(
  subscription: Subscription,
  stored: StoredEvent,
  deps: DeliveryDeps,
): Promise<Settlement> {
  for (let attempt = 1; ; attempt += 1) {
    const { verdict, waitMs } = await attemptDelivery(subscription, stored, attempt, deps);
    if (verdict.kind !== 'retry') return settleVerdict(subscription, stored, verdict, deps);
    await deps.sleep(waitMs);
  }
}

/** What follows the last attempt: the reply's way back into the broker, or the dead letter sink. */
export async function settleVerdict(
  subscription: Subscription,
  stored: StoredEvent,
  verdict: Exclude<Verdict, { kind: 'retry' }>,
  deps: DeliveryDeps,
): Promise<Settlement> {
  switch (verdict.kind) {
    case 'lost':
      return verdict;
    case 'failed':
      return deadLetter(subscription, stored, verdict, deps);
    case 'delivered': {
      if (verdict.reply === undefined) return { kind: 'delivered' };
      const status = await sendReply(
        verdict.reply as CloudEvent<Buffer | undefined>,
        subscription,
        stored,
        deps,
      );
      if (status >= 200 && status < 300) return { kind: 'delivered' };
      // The dead letter is the original event, not the reply that found no taker.
      return deadLetter(subscription, stored, { code: status, detail: Buffer.alloc(0) }, deps);
    }
  }
}

/**
 * The reply goes to the broker's ingress under the same retry policy. Only the multi-tenant broker guards it
 * with the TTL of the event that it answers.
 */
async function sendReply(
  reply: CloudEvent<Buffer | undefined>,
  { delivery }: Subscription,
  stored: StoredEvent,
  deps: DeliveryDeps,
): Promise<number> {
  const ttl = stored.event.extensions[ttlExtension];
  const extensions = ttl === undefined ? reply.extensions : { ...reply.extensions, [ttlExtension]: ttl };
  for (let attempt = 1; ; attempt += 1) {
    const status = await deps.acceptReply({ ...reply, extensions }, stored.headers);
    const { kind } = judgeAnswer(
      deps.profile,
      { kind: 'answer', status, body: Buffer.alloc(0) },
      { isLast: attempt > delivery.retries },
    );
    if (kind !== 'retry') return status;
    await deps.sleep(backoffMs(delivery, { retry: attempt, firstExponent: deps.profile.firstExponent }));
  }
}

async function deadLetter(
  subscription: Subscription,
  stored: StoredEvent,
  failure: { readonly code: number; readonly detail: Buffer },
  deps: DeliveryDeps,
): Promise<Settlement> {
  const { delivery } = subscription;
  const reason = `status ${failure.code}`;
  const sink = subscription.deadLetterSink();
  if (sink === undefined) return { kind: 'undeliverable', reason: `${reason}, no dead letter sink` };
  if (sink.kind === 'unresolved') return { kind: 'undeliverable', reason: `${reason}, ${sink.reason}` };
  const failed = subscription.subscriber();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await deps.call({
      url: sink.url,
      stored,
      mode: modeOf(deps.profile, delivery, stored),
      timeoutMs: delivery.timeoutMs ?? deps.profile.attemptTimeoutMs,
      extensions: {
        knativeerrordest: failed.kind === 'url' ? failed.url.href : '',
        knativeerrorcode: String(failure.code),
        knativeerrordata: failure.detail.toString('base64').slice(0, 1024),
      },
    });
    if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300)
      return { kind: 'dead-lettered' };
    const { kind } = judgeAnswer(deps.profile, answer, { isLast: attempt > delivery.retries });
    if (kind !== 'retry')
      return { kind: 'undeliverable', reason: `${reason}, the dead letter sink failed too` };
    await deps.sleep(backoffMs(delivery, { retry: attempt, firstExponent: deps.profile.firstExponent }));
  }
}

function modeOf(
  profile: BrokerProfile,
  delivery: DeliverySpec,
  stored: StoredEvent,
): 'binary' | 'structured' {
  if (delivery.format !== undefined) return delivery.format === 'json' ? 'structured' : 'binary';
  return profile.mode === 'binary' ? 'binary' : stored.mode;
}
