import type { Delivery } from '../../lib/core/create-delivery.ts';
import type { DeliveryWindow } from '../../lib/core/delivery-window.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import type { ResourceKind } from '../../lib/core/resource-kind.ts';
import type { WantedResources } from '../../lib/core/resource-manifest.ts';
import { targetKey, type WatchTarget } from '../../lib/core/watch-target.ts';
import type { CheckpointStore } from '../../lib/kubernetes/checkpoint-store.ts';
import type { KubernetesConnection } from '../../lib/kubernetes/connect-kubernetes.ts';
import { createDiscovery } from '../../lib/kubernetes/discover-resources.ts';
import { createReflector, type Reflector } from '../../lib/kubernetes/reflector.ts';
import type { ReflectorOptions } from '../../lib/kubernetes/reflector-parts.ts';
import type { RunningReflector } from '../../lib/kubernetes/reflector-pool.ts';
import { createRequestGate, defaultGateLimits } from '../../lib/kubernetes/request-gate.ts';
import { runLeading } from '../../lib/kubernetes/run-leading.ts';
import { createStreamingLists } from '../../lib/kubernetes/streaming-lists.ts';
import { createWatchSession } from '../../lib/kubernetes/watch-session.ts';
import type { Log } from '../../lib/runtime/log.ts';
import { logElection } from '../../lib/runtime/log-election.ts';
import { logReflector } from '../../lib/runtime/log-reflector.ts';
import { repeat } from '../../lib/runtime/repeat.ts';
import { sleep } from '../../lib/runtime/sleep.ts';
import type { WatcherMetrics } from '../../lib/telemetry/watcher-metrics.ts';
import type { ResourcesWatcherConfig } from './config.ts';
import { fetchWanted } from './fetch-wanted.ts';
import { groupByTarget } from './group-by-target.ts';
import { createResourceHandler, type Outgoing, type ResourceHandler } from './handler.ts';
import { reconcile } from './reconcile.ts';
import { type ReconcilerOptions, runReconciler } from './reconciler.ts';
import type { ResourceMetrics } from './resource-metrics.ts';
import { resumePointOf } from './resume-point-of.ts';
import { stuckReason } from './stuck-reason.ts';
import { createTargetSource } from './target-source.ts';
import { createVanishedKinds } from './vanished-kinds.ts';
import { createWantedQueue } from './wanted-queue.ts';

export type WatchManagerOptions = {
  readonly config: ResourcesWatcherConfig;
  readonly assets: {
    readonly staticKinds: readonly ResourceKind[];
    readonly managedGroups: ReadonlySet<string>;
  };
  readonly cluster: string;
  readonly connection: Pick<KubernetesConnection, 'request' | 'stream'>;
  /** Lease of the election; `undefined` where this process works alone. */
  readonly electionLease: { readonly namespace: string; readonly name: string } | undefined;
  readonly identity: string;
  readonly checkpoints: CheckpointStore | undefined;
  readonly delivery: Delivery;
  readonly metrics: WatcherMetrics & ResourceMetrics;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly random: () => number;
};

export type WatchManager = {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** Rejects when a reflector's receiver broke. */
  readonly failed: Promise<never>;
  readonly reflectors: () => readonly RunningReflector[];
  readonly addWanted: (wanted: WantedResources) => boolean;
  readonly notLive: () => string | undefined;
  readonly notReady: () => string | undefined;
};

const definitionsKind: ResourceKind = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};

/** Identities that may be wanted at a time, about 20 MB; further requests are answered 503. */
const maxWantedIdentities = 100_000;

const statusEveryMs = 30_000;

/** Longest wait for the sink before the checkpoints are saved at the end. */
const settleMs = 5_000;

export function createWatchManager(options: WatchManagerOptions): WatchManager {
  const { config, connection, delivery, log, metrics, nowMs, random } = options;
  const { request, stream } = connection;
  const stopping = new AbortController();
  const gate = createRequestGate({
    ...defaultGateLimits,
    tokensPerSecond: config.API_QPS,
    burst: config.API_BURST,
    nowMs,
    sleep,
  });
  const streamingLists = config.STREAMING_LISTS ? createStreamingLists(nowMs) : undefined;
  const discover = createDiscovery(request);
  const handlers = new Map<string, ResourceHandler>();
  const handlerOf = (target: WatchTarget): ResourceHandler => {
    const key = `${targetKey(target)}@${target.kind.version}`;
    const handler =
      handlers.get(key) ??
      createResourceHandler(target, {
        cluster: options.cluster,
        redaction: { rules: config.REDACT_PATHS, keepManagedFields: config.KEEP_MANAGED_FIELDS },
        nowMs,
        onUnreadable: (event, error) =>
          log.error(
            { err: error, id: event.id, subject: event.subject },
            'An object goes out as identity only',
          ),
      });
    handlers.set(key, handler);
    return handler;
  };

  const send = (outgoing: Outgoing, arrived?: () => void): void | Promise<void> =>
    delivery.deliver(outgoing.event, outgoing.bytes, arrived);
  const emit = (
    target: WatchTarget,
    change: ReflectorChange,
    window?: DeliveryWindow,
  ): void | Promise<void> => {
    const arrived = window?.begin(resumePointOf(change));
    const outgoing = handlerOf(target).toEvent(change);
    if (outgoing === undefined) return arrived?.();
    return send(outgoing, arrived);
  };

  const reflectorOf = (
    target: WatchTarget,
    own: Pick<ReflectorOptions, 'emit' | 'firstList' | 'observe' | 'resumeFrom'>,
  ): Reflector =>
    createReflector({
      ...own,
      kind: target.kind,
      namespace: target.namespace,
      request,
      stream,
      gate,
      expectsBookmarks: true,
      emitsManifests: true,
      streamingLists: target.custom || isBuiltIn(target.kind) ? streamingLists : undefined,
      maxSilenceMs: config.WATCH_SILENCE_TIMEOUT,
      isServed: () => isServed(target.kind),
      nowMs,
      random,
      sleep,
    });
  const isServed = async ({ group, version, resource }: ResourceKind): Promise<boolean> => {
    const { resources, unknown } = await discover();
    return (
      unknown.includes(`${group}/${version}`) ||
      resources.some(
        (served) => served.group === group && served.version === version && served.resource === resource,
      )
    );
  };

  const source = createTargetSource({
    ...options.assets,
    namespaces: config.NAMESPACES,
    discover,
    followDefinitions: (take) =>
      reflectorOf(
        { kind: definitionsKind, namespace: '', custom: false },
        { emit: take, firstList: 'full', observe: () => undefined },
      ),
    onChange: () => apply(),
    log,
  });

  const vanished = createVanishedKinds({
    definitions: () => source.definitions,
    emit: (target, manifest, arrived) => {
      const empty = handlerOf(target).toEvent(manifest);
      // One event each, and definitions do not vanish by the thousand: no need to wait for room.
      if (empty !== undefined) void send(empty, arrived);
    },
  });
  const session = createWatchSession({
    targets: source.current,
    store: options.checkpoints,
    follow: (target, { resumeFrom, window }) => {
      vanished.followed(target);
      return reflectorOf(target, {
        emit: (change) => emit(target, change, window),
        resumeFrom,
        // Everything was sent once, so a list is only needed to know what there is.
        firstList: resumeFrom === undefined ? 'full' : 'metadata',
        observe: (event) => {
          metrics.onReflector(event);
          logReflector(log, target, event);
        },
      });
    },
    onLoaded: (checkpoints) => {
      for (const checkpoint of checkpoints.values()) vanished.ended(checkpoint);
      vanished.settle();
    },
    isObsolete: vanished.isBuried,
    settle: () => Promise.race([delivery.drained(), sleep(settleMs, new AbortController().signal)]),
    observe: ({ action, error }) => log.warn({ err: error }, `Cannot ${action} checkpoints`),
    onEnded: (target) => {
      vanished.ended(target);
      // Not from the targets as they are: those still have it, and it would start and end in a hot loop.
      source.refresh();
    },
    sleep,
  });

  const apply = () => {
    if (stopping.signal.aborted) return;
    vanished.settle();
    session.apply();
  };

  const wanted = createWantedQueue({
    maxIdentities: maxWantedIdentities,
    fetch: async (resource, identities) => {
      for (const [target, own] of groupByTarget(source.current(), resource, identities)) {
        const outcome = await fetchWanted(target, own, {
          ...listing(),
          emit: (_target, object, size) => send(handlerOf(target).upserted(object, size)),
        });
        metrics.onWanted(outcome);
        log.debug({ resource, ...outcome }, 'fetched what was wanted');
      }
    },
    onError: (error) => {
      if (!stopping.signal.aborted) log.warn({ err: error }, 'Cannot fetch what is wanted');
    },
  });
  const listing = () => ({
    request,
    signal: stopping.signal,
    nowMs,
    random,
    sleep,
    beforeRequest: gate.pass,
    beginList: gate.beginList,
  });

  const reconcilerOptions: ReconcilerOptions = {
    running: session.running,
    intervalMs: config.RECONCILE_INTERVAL,
    concurrency: 2,
    reconcile: async ({ target, reflector }) => {
      const outcome = await reconcile(target, reflector, { ...listing(), emit });
      metrics.onReconciled(outcome);
      return outcome;
    },
    onError: (error, { target }) =>
      log.warn({ err: error, resource: target.kind.resource }, 'Cannot reconcile a resource'),
    nowMs,
    random,
  };

  const logStatus = () => {
    const running = session
      .running()
      .map(({ reflector }) => ({ ...reflector.status(), known: reflector.known.size() }));
    const oldestSinceMs = delivery.oldestSinceMs();
    log.info(
      {
        reflectors: running.length,
        watching: running.filter(({ phase }) => phase === 'watching').length,
        unsynced: running.filter(({ synced }) => !synced).length,
        known: running.reduce((sum, { known }) => sum + known, 0),
        inFlight: delivery.inFlight(),
        waiting: delivery.waiting(),
        setAside: delivery.setAside(),
        wanted: wanted.size(),
        lagMs: oldestSinceMs === undefined ? 0 : nowMs() - oldestSinceMs,
      },
      'status',
    );
  };

  let done: Promise<unknown> = Promise.resolve();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const lead = async (signal: AbortSignal) => {
    await Promise.all([session.run(signal), runReconciler(reconcilerOptions, signal)]);
  };

  return {
    start: () => {
      const { signal } = stopping;
      const leading = runLeading(
        {
          request,
          lease: options.electionLease,
          identity: options.identity,
          lead,
          observe: (event) => logElection(log, event),
          nowMs,
          random,
          sleep,
        },
        signal,
      );
      done = Promise.all([source.run(signal), leading]).catch(fail);
      void repeat(logStatus, {
        everyMs: () => statusEveryMs,
        signal,
        onError: (error) => log.error({ err: error }, 'Cannot log the status'),
      });
    },
    stop: async () => {
      stopping.abort(new Error('stopping'));
      await done;
    },
    failed,
    reflectors: session.running,
    addWanted: wanted.add,
    notLive: () => stuckReason(session.running(), delivery, nowMs()),
    notReady: () => (source.current() === undefined ? 'waiting for discovery' : undefined),
  };
}

/** Aggregated API servers accept to list by watch and never come to an end. */
function isBuiltIn({ group }: ResourceKind): boolean {
  const isAggregated = group === 'metrics.k8s.io' || group.endsWith('.metrics.k8s.io');
  return !isAggregated && (!group.includes('.') || group.endsWith('.k8s.io'));
}
