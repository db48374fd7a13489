import type { Delivery } from '../../lib/core/create-delivery.ts';
import type { DeliveryWindow } from '../../lib/core/delivery-window.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import { targetKey, type WatchTarget } from '../../lib/core/watch-target.ts';
import type { CheckpointStore } from '../../lib/kubernetes/checkpoint-store.ts';
import type { KubernetesConnection } from '../../lib/kubernetes/connect-kubernetes.ts';
import { createDiscovery } from '../../lib/kubernetes/discover-resources.ts';
import { createReflector, type Reflector } from '../../lib/kubernetes/reflector.ts';
import { createRequestGate, defaultGateLimits } from '../../lib/kubernetes/request-gate.ts';
import { runLeading } from '../../lib/kubernetes/run-leading.ts';
import { createWatchSession } from '../../lib/kubernetes/watch-session.ts';
import type { Log } from '../../lib/runtime/log.ts';
import { logElection } from '../../lib/runtime/log-election.ts';
import { logReflector } from '../../lib/runtime/log-reflector.ts';
import { repeat } from '../../lib/runtime/repeat.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import type { WatcherMetrics } from '../../lib/telemetry/watcher-metrics.ts';
import { catchUp } from './catch-up.ts';
import type { EventsWatcherConfig } from './config.ts';
import { createEventHandler, eventsKind } from './handler.ts';
import { createInvolvedResources } from './involved-resources.ts';
import type { StormControl } from './storm-control.ts';

export type EventsFollowerOptions = {
  readonly config: EventsWatcherConfig;
  readonly cluster: string;
  readonly connection: Pick<KubernetesConnection, 'request' | 'stream'>;
  /** Lease of the election; `undefined` where this process works alone. */
  readonly electionLease: { readonly namespace: string; readonly name: string } | undefined;
  readonly identity: string;
  readonly checkpoints: CheckpointStore | undefined;
  readonly delivery: Delivery;
  readonly storm: StormControl;
  readonly metrics: WatcherMetrics;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly random: () => number;
};

export type EventsFollower = {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** Rejects when a reflector's receiver broke. */
  readonly failed: Promise<never>;
  readonly reflectors: () => readonly Reflector[];
  readonly notLive: () => string | undefined;
};

/** Watches end after 10 minutes at the latest; one that is silent for longer hangs in our own code. */
const stuckAfterMs = 20 * 60_000;

const statusEveryMs = 30_000;

/** Longest wait for the sink before the checkpoints are saved at the end. */
const settleMs = 5_000;

/** Follows the events of each namespace scope and delivers every version of each of them. */
export function createEventsFollower(options: EventsFollowerOptions): EventsFollower {
  const { config, connection, delivery, storm, log, metrics, nowMs, random } = options;
  const stopping = new AbortController();
  const targets = eventTargets(config.NAMESPACES);
  const gate = createRequestGate({
    ...defaultGateLimits,
    tokensPerSecond: config.API_QPS,
    burst: config.API_BURST,
    nowMs,
    sleep,
  });
  const involved = createInvolvedResources({
    discover: createDiscovery(connection.request),
    nowMs,
    onError: (error) => log.warn({ err: error }, 'Cannot find out what kinds are called'),
  });
  const toEvent = createEventHandler({
    cluster: options.cluster,
    redaction: { rules: config.REDACT_PATHS, keepManagedFields: config.KEEP_MANAGED_FIELDS },
    involvedResource: involved.lookUp,
    nowMs,
    onUnreadable: (event, error) =>
      log.error({ err: error, id: event.id, subject: event.subject }, 'An event goes out as identity only'),
  });

  const emit = (change: ReflectorChange, window: DeliveryWindow): void | Promise<void> => {
    switch (change.kind) {
      case 'upserted': {
        const { object, cause, isFirst, receivedBytes } = change;
        const { uid, namespace, name, resourceVersion } = object.metadata;
        return storm.emit({
          event: toEvent(object, change),
          bytes: receivedBytes,
          key: uid ?? `${namespace}/${name}`,
          isFirst,
          arrived: window.begin(cause === 'watched' ? resourceVersion : undefined),
        });
      }
      // Events end by their TTL, not because anything happened.
      case 'deleted':
        window.begin(change.object.metadata.resourceVersion)();
        return undefined;
      case 'progress':
        window.begin(change.resourceVersion)();
        return undefined;
      case 'gone':
      case 'manifest':
        return undefined;
    }
  };

  /** Failing costs nothing that the next start would not make good. */
  const catchUpOn = async (target: WatchTarget, reflector: Reflector) => {
    try {
      const outcome = await catchUp(target, reflector, {
        request: connection.request,
        signal: stopping.signal,
        nowMs,
        random,
        sleep,
        beforeRequest: gate.pass,
        beginList: gate.beginList,
        emit: (object, size) => delivery.deliver(toEvent(object, size), size.receivedBytes),
      });
      log.info({ outcome, namespace: target.namespace }, 'caught up');
    } catch (error) {
      if (!stopping.signal.aborted) log.warn({ err: error }, 'Cannot catch up');
    }
  };

  const session = createWatchSession({
    targets: () => targets,
    store: options.checkpoints,
    follow: (target, { resumeFrom, window }) => {
      const reflector = createReflector({
        kind: target.kind,
        namespace: target.namespace,
        request: connection.request,
        stream: connection.stream,
        gate,
        emit: (change) => emit(change, window),
        resumeFrom,
        firstList: 'full',
        expectsBookmarks: false,
        emitsManifests: false,
        maxSilenceMs: config.WATCH_SILENCE_TIMEOUT,
        isServed: async () => true,
        observe: (event) => {
          metrics.onReflector(event);
          logReflector(log, target, event);
        },
        nowMs,
        random,
        sleep,
      });
      if (resumeFrom !== undefined) void catchUpOn(target, reflector);
      return reflector;
    },
    onEnded: () => undefined,
    settle: () => Promise.race([delivery.drained(), sleep(settleMs, new AbortController().signal)]),
    observe: ({ action, error }) => log.warn({ err: error }, `Cannot ${action} checkpoints`),
    sleep,
  });

  const logStatus = () => {
    const statuses = session.running().map(({ reflector }) => reflector.status());
    const oldestSinceMs = delivery.oldestSinceMs();
    log.info(
      {
        reflectors: statuses.length,
        watching: statuses.filter(({ phase }) => phase === 'watching').length,
        known: session.running().reduce((sum, { reflector }) => sum + reflector.known.size(), 0),
        inFlight: delivery.inFlight(),
        waiting: delivery.waiting(),
        setAside: delivery.setAside(),
        held: storm.held(),
        lagMs: oldestSinceMs === undefined ? 0 : nowMs() - oldestSinceMs,
      },
      'status',
    );
  };

  const lead = async (signal: AbortSignal) => {
    // Without discovery the first events lack their plural, which is no reason to wait for it.
    await involved.refresh().catch((error: unknown) => log.warn({ err: error }, 'Cannot read discovery'));
    await session.run(signal);
  };
  let done: Promise<void> = Promise.resolve();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });

  return {
    start: () => {
      done = runLeading(
        {
          request: connection.request,
          lease: options.electionLease,
          identity: options.identity,
          lead,
          observe: (event) => logElection(log, event),
          nowMs,
          random,
          sleep,
        },
        stopping.signal,
      ).catch(fail);
      void repeat(logStatus, {
        everyMs: () => statusEveryMs,
        signal: stopping.signal,
        onError: (error) => log.error({ err: error }, 'Cannot log the status'),
      });
    },
    stop: async () => {
      stopping.abort(new Error('stopping'));
      await done;
    },
    failed,
    reflectors: () => session.running().map(({ reflector }) => reflector),
    notLive: () => {
      if (delivery.waiting() > 0) return undefined;
      const stuck = session.running().some(({ reflector }) => {
        const { phase, attemptAtMs } = reflector.status();
        return phase === 'watching' && nowMs() - attemptAtMs > stuckAfterMs;
      });
      return stuck ? 'the watch hangs' : undefined;
    },
  };
}

function eventTargets(namespaces: readonly string[]): ReadonlyMap<string, WatchTarget> {
  const scopes = namespaces.length > 0 ? namespaces : [''];
  return new Map(
    scopes.map((namespace) => {
      const target = { kind: eventsKind, namespace, custom: false };
      return [targetKey(target), target];
    }),
  );
}
