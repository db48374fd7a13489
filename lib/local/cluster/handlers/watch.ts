import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { negotiate } from '../http/negotiate.ts';
import type { ResourceInfo } from '../http/request-info.ts';
import { expired } from '../http/status-error.ts';
import { warningHeaders } from '../http/warning-headers.ts';
import type { Definition } from '../registry/definition.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { createEventRenderer } from '../watch/render-event.ts';
import { eventOf, type WatchEvent } from '../watch/watch-event.ts';
import { WatchStream } from '../watch/watch-stream.ts';
import { type ListOptions, parseListOptions } from './list-options.ts';
import { parseSelection } from './selection.ts';

/** Without timeoutSeconds a watch lasts half an hour to an hour, so that not all end together. */
const minWatchMs = 1_800_000;
/** The last bookmark comes this long before the stream ends by its deadline. */
const lastBookmarkMs = 2_000;

/**
 * Streams the changes of one resource. Once the options are understood the answer is 200, and every further
 * refusal, 410 included, is an ERROR event in the stream.
 */
export function watch(
  cluster: ClusterState,
  call: Call,
  definition: Definition,
  resource: ResourceInfo,
): Answer {
  const { query } = call.info;
  const options = parseListOptions(query, true);
  const selection = parseSelection(definition, options);
  const negotiated = negotiate(call.request.headers.accept, 'one');
  const prefix = resource.namespace === '' || !definition.namespaced ? '' : `${resource.namespace}/`;
  const inScope = (object: StoredObject): boolean =>
    object.key.startsWith(prefix) &&
    (resource.name === '' || object.name === resource.name) &&
    selection.matches(object);

  if (call.warnings.length > 0) call.response.setHeader('warning', warningHeaders(call.warnings));
  call.response.writeHead(200, {
    'content-type': negotiated.encoding === 'yaml' ? 'application/yaml' : 'application/json',
    'cache-control': 'no-cache, private',
  });
  call.response.flushHeaders();
  const timers: NodeJS.Timeout[] = [];
  const releases: (() => void)[] = [];
  const stream = new WatchStream<WatchEvent>(call.response, {
    render: createEventRenderer(definition, negotiated, {
      now: cluster.now,
      includeObject: query.get('includeObject') ?? '',
    }),
    maxQueuedEvents: cluster.settings.maxQueuedWatchEvents,
    slowAfterMs: cluster.settings.slowWatcherMs,
    nowMs: () => cluster.now().getTime(),
    onClose: () => {
      for (const timer of timers) clearInterval(timer);
      for (const release of releases) release();
    },
  });

  const tooOld = whyTooOld(cluster, definition, options);
  if (tooOld !== undefined) {
    stream.send({ type: 'ERROR', status: tooOld });
    stream.close('end');
    return { kind: 'taken' };
  }
  releases.push(
    cluster.watches.add({
      storage: definition.storage,
      close: (how) => stream.close(how),
      stall: (stalled) => stream.stall(stalled),
      breakNextLine: () => stream.breakNextLine(),
    }),
  );
  sendFirstEvents(cluster, definition, { stream, options, prefix, inScope });
  releases.push(
    cluster.store.subscribe(definition.storage, (change) => {
      if (change.revision <= (options.resourceVersion ?? 0)) return;
      const event = eventOf(change, inScope);
      if (event !== undefined) stream.send(event);
    }),
  );
  timers.push(...scheduleEnd(cluster, definition, options, stream));
  if (stream.closed) for (const release of releases) release();
  return { kind: 'taken' };
}

function whyTooOld(
  cluster: ClusterState,
  definition: Definition,
  options: ListOptions,
): ReturnType<typeof expired>['status'] | undefined {
  const from = options.resourceVersion;
  if (cluster.faults.takeGone())
    return expired(`too old resource version: ${from ?? 0} (${cluster.store.revision})`).status;
  if (from === undefined || from === 0 || options.sendInitialEvents === true) return undefined;
  // Events have no watch cache: they are read from etcd, whose history ends at the last compaction.
  if (definition.storage === 'events') {
    if (from >= cluster.store.compactedRevision) return undefined;
    return expired('The resourceVersion for the provided watch is too old.').status;
  }
  const floor = cluster.store.watchFloor(definition.storage);
  return from >= floor ? undefined : expired(`too old resource version: ${from} (${floor})`).status;
}

/** Either the current state as ADDED events, or what happened since the version that was asked for. */
function sendFirstEvents(
  cluster: ClusterState,
  definition: Definition,
  watch: {
    readonly stream: WatchStream<WatchEvent>;
    readonly options: ListOptions;
    readonly prefix: string;
    readonly inScope: (object: StoredObject) => boolean;
  },
): void {
  const { stream, options, prefix, inScope } = watch;
  const { store } = cluster;
  const from = options.resourceVersion;
  const withState = options.sendInitialEvents ?? (from === undefined || from === 0);
  if (!withState) {
    const since = from ?? store.revision;
    const events = store
      .changesAfter(definition.storage, since)
      .map((change) => eventOf(change, inScope))
      .filter((event) => event !== undefined);
    for (const event of events) stream.send(event);
    return;
  }
  const page = store.list(definition.storage, {
    prefix,
    startKey: '',
    revision: store.revision,
    limit: 0,
    matches: inScope,
  });
  for (const stored of page.items) stream.send({ type: 'ADDED', stored });
  if (options.sendInitialEvents === true && options.allowWatchBookmarks && cluster.faults.sendsBookmarks) {
    stream.send({ type: 'BOOKMARK', revision: store.revision, endsInitialEvents: true });
  }
}

function scheduleEnd(
  cluster: ClusterState,
  definition: Definition,
  options: ListOptions,
  stream: WatchStream<WatchEvent>,
): NodeJS.Timeout[] {
  const timeoutMs =
    options.timeoutSeconds !== undefined && options.timeoutSeconds > 0
      ? options.timeoutSeconds * 1_000
      : minWatchMs * (1 + Math.random());
  const timers = [setTimeout(() => stream.close('end'), timeoutMs)];
  if (options.allowWatchBookmarks && definition.storage !== 'events') {
    const sendBookmark = () => {
      if (!cluster.faults.sendsBookmarks) return;
      stream.send({ type: 'BOOKMARK', revision: cluster.store.revision, endsInitialEvents: false });
    };
    timers.push(setInterval(sendBookmark, cluster.settings.bookmarkIntervalMs));
    if (timeoutMs > lastBookmarkMs) timers.push(setTimeout(sendBookmark, timeoutMs - lastBookmarkMs));
  }
  for (const timer of timers) timer.unref();
  return timers;
}
