import type { CloudEvent } from '../../core/cloud-event.ts';
import type { Log } from '../../runtime/log.ts';
import type { BrokerFaults } from './broker-faults.ts';
import type { BrokerManifests, TriggerManifest } from './broker-manifests.ts';
import { type BrokerProfile, concurrencyOf } from './broker-profile.ts';
import { type BrokerStats, emptyStats, statsOf } from './broker-stats.ts';
import type { CallSubscriber } from './call-subscriber.ts';
import { createEventQueue, type EventQueue, type QueueStep } from './create-event-queue.ts';
import {
  attemptDelivery,
  type DeliveryDeps,
  deliverEvent,
  type Settlement,
  type Subscription,
  settleVerdict,
} from './deliver-event.ts';
import { type DeliverySpec, type Destination, defaultDelivery } from './delivery-spec.ts';
import type { EventJournal } from './event-journal.ts';
import { stampEvent } from './judge-ingress.ts';
import type { ResolvedDestination } from './resolve-destination.ts';
import { eventBytes, type StoredEvent } from './stored-event.ts';

export type Dispatcher = {
  /** The status that the source gets; a synchronous broker gives it after every delivery has ended. */
  readonly accept: (incoming: {
    readonly namespace: string;
    readonly broker: string;
    readonly event: CloudEvent<Buffer | undefined>;
    readonly mode: StoredEvent['mode'];
    readonly headers: StoredEvent['headers'];
  }) => Promise<number>;
  readonly stats: BrokerStats;
  /** Resolves when nothing is pending. */
  readonly idle: () => Promise<void>;
};

/** Beyond this, a broker that stores refuses what comes: the double keeps its backlog in memory. */
const maxBacklogBytes = 512 * 1024 * 1024;

/** JetStream's default window for duplicate message ids. */
const duplicateWindowMs = 120_000;

type Target = {
  readonly key: string;
  readonly trigger: TriggerManifest;
  readonly subscription: Subscription;
  readonly deps: DeliveryDeps;
  readonly queue: EventQueue;
};

/** Everything between a broker's ingress and its subscribers. */
export function createDispatcher(options: {
  readonly manifests: BrokerManifests;
  readonly profile: BrokerProfile;
  readonly resolve: (destination: Destination, namespace: string) => ResolvedDestination;
  readonly call: CallSubscriber;
  readonly journal?: EventJournal | undefined;
  readonly faults: () => BrokerFaults;
  readonly random: () => number;
  readonly now: () => number;
  /** Rejects when the broker stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: Log;
}): Dispatcher {
  const { profile, manifests, journal } = options;
  const stats = emptyStats();
  const idleWaiters: (() => void)[] = [];
  const seenIds = new Map<string, number>();
  const notReady = new Set<string>();
  let backlogBytes = 0;
  let sequence = Math.max(0, ...(journal?.pending ?? []).map(({ stored }) => stored.sequence));

  const settled = (): void => {
    stats.pending -= 1;
    if (stats.pending === 0) for (const resolve of idleWaiters.splice(0)) resolve();
  };

  const record = (target: Target, stored: StoredEvent, settlement: Settlement): void => {
    const counters = statsOf(stats, target.key);
    const field = { delivered: 'delivered', 'dead-lettered': 'deadLettered' } as const;
    if (settlement.kind === 'delivered' || settlement.kind === 'dead-lettered') {
      counters[field[settlement.kind]] += 1;
      return;
    }
    counters[settlement.kind] += 1;
    const loss = { trigger: target.key, id: stored.event.id, reason: settlement.reason };
    stats.losses.push(loss);
    if (stats.losses.length > 100) stats.losses.shift();
    options.log.warn(loss, 'nobody has this event');
  };

  const deliver = async (target: Target, stored: StoredEvent, attempt?: number): Promise<QueueStep> => {
    try {
      let settlement: Settlement;
      if (attempt === undefined || profile.concurrency.kind !== 'redelivering-queue') {
        settlement = await deliverEvent(target.subscription, stored, target.deps);
      } else {
        const { verdict, waitMs } = await attemptDelivery(target.subscription, stored, attempt, target.deps);
        if (verdict.kind === 'retry') return { kind: 'again', waitMs };
        settlement = await settleVerdict(target.subscription, stored, verdict, target.deps);
      }
      record(target, stored, settlement);
      journal?.settle(stored.sequence, target.key);
    } catch (error) {
      // At a stop the journal still holds the event; anything else is a defect of the double.
      if (!options.signal.aborted) {
        options.log.error({ err: error, trigger: target.key }, 'Cannot deliver event');
        record(target, stored, { kind: 'lost', reason: 'defect of the development broker' });
      }
    }
    backlogBytes -= stored.event.data?.length ?? 0;
    settled();
    return { kind: 'settled' };
  };

  const targets = manifests.triggers.map((trigger): Target => {
    const key = `${trigger.namespace}/${trigger.name}`;
    const target: Target = {
      key,
      trigger,
      subscription: subscriptionOf(trigger, options),
      deps: {
        profile,
        call: options.call,
        acceptReply: (event, headers) =>
          accept({ namespace: trigger.namespace, broker: trigger.broker, event, mode: 'binary', headers }),
        sleep: options.sleep,
        attempted: () => {
          statsOf(stats, key).attempts += 1;
        },
      },
      queue: createEventQueue({
        concurrency: concurrencyOf(profile, trigger.annotations),
        draw: (waiting) =>
          Math.floor(options.random() * Math.min(waiting, Math.max(1, options.faults().reorderWindow))),
        work: (stored, attempt) => deliver(target, stored, attempt),
        random: options.random,
      }),
    };
    return target;
  });

  const enqueue = (target: Target, stored: StoredEvent): void => {
    stats.pending += 1;
    backlogBytes += stored.event.data?.length ?? 0;
    target.queue.add(stored);
  };

  const isReady = (target: Target): boolean => {
    const destination = target.subscription.subscriber();
    if (destination.kind === 'url') {
      notReady.delete(target.key);
      return true;
    }
    if (!notReady.has(target.key)) {
      notReady.add(target.key);
      options.log.warn({ trigger: target.key, reason: destination.reason }, 'Trigger is not ready');
    }
    return false;
  };

  const isDuplicate = (id: string): boolean => {
    const nowMs = options.now();
    for (const [oldId, seenAtMs] of seenIds) {
      if (nowMs - seenAtMs < duplicateWindowMs) break;
      seenIds.delete(oldId);
    }
    if (seenIds.has(id)) return true;
    seenIds.set(id, nowMs);
    return false;
  };

  const deliverNow = async (matching: readonly Target[], stored: StoredEvent): Promise<number> => {
    stats.pending += 1;
    try {
      const settlements = await Promise.all(
        matching.map(async (target) => {
          const settlement = await deliverEvent(target.subscription, stored, target.deps);
          record(target, stored, settlement);
          return settlement;
        }),
      );
      const failed = settlements.some(({ kind }) => kind === 'undeliverable' || kind === 'lost');
      return failed ? profile.failureStatus : 202;
    } finally {
      settled();
    }
  };

  const accept: Dispatcher['accept'] = async ({ namespace, broker, event: incoming, mode, headers }) => {
    if (!manifests.brokers.some((known) => known.namespace === namespace && known.name === broker))
      return 404;
    const event = profile.stamps
      ? stampEvent(incoming, new Date(options.now()).toISOString().replace('Z', '000000Z'))
      : incoming;
    if (event === undefined) return 400;
    const isTooLong = profile.maxEventBytes !== undefined && eventBytes(event) > profile.maxEventBytes;
    const isRefused =
      isTooLong || backlogBytes > maxBacklogBytes || options.random() < options.faults().refuse;
    if (isRefused) {
      stats.refused += 1;
      return profile.failureStatus;
    }
    if (profile.deduplicatesById && isDuplicate(event.id)) return 202;
    stats.accepted += 1;
    sequence += 1;
    const stored: StoredEvent = { sequence, event, mode, headers, namespace };
    const matching = targets.filter(
      ({ trigger }) => trigger.namespace === namespace && trigger.broker === broker && trigger.matches(event),
    );
    const ready = matching.filter(isReady);
    if (profile.acknowledges === 'after-delivery') return deliverNow(ready, stored);
    if (ready.length > 0 && profile.durable)
      await journal?.accept(
        stored,
        ready.map(({ key }) => key),
      );
    for (const target of ready) enqueue(target, stored);
    return 202;
  };

  for (const { stored, triggers } of journal?.pending ?? []) {
    for (const target of targets) if (triggers.includes(target.key)) enqueue(target, stored);
  }

  return {
    accept,
    stats,
    idle: () =>
      stats.pending === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve)),
  };
}

function subscriptionOf(
  trigger: TriggerManifest,
  options: {
    readonly manifests: BrokerManifests;
    readonly profile: BrokerProfile;
    readonly resolve: (destination: Destination, namespace: string) => ResolvedDestination;
  },
): Subscription {
  const broker = options.manifests.brokers.find(
    ({ namespace, name }) => namespace === trigger.namespace && name === trigger.broker,
  );
  const inherited = options.profile.deliveryFrom === 'trigger-only' ? undefined : broker?.delivery;
  const none: DeliverySpec = { retries: 0, backoffPolicy: 'exponential', backoffDelayMs: 0 };
  const fallback = options.profile.defaultsWithoutSpec ? defaultDelivery : none;
  // A Trigger's spec replaces the Broker's as a whole, but for the dead letter sink.
  const delivery = trigger.delivery ?? inherited ?? fallback;
  const sink = delivery.deadLetterSink ?? inherited?.deadLetterSink;
  return {
    delivery,
    subscriber: () => options.resolve(trigger.subscriber, trigger.namespace),
    deadLetterSink: () => (sink === undefined ? undefined : options.resolve(sink, trigger.namespace)),
  };
}
