import { clustersOf } from '../../../lib/access/cluster-access.ts';
import { parseKubeRequest } from '../../../lib/core/kube-api/kube-request.ts';
import type { ListOptions } from '../../../lib/core/kube-api/list-options.ts';
import { negotiateAnswer } from '../../../lib/core/kube-api/negotiate-answer.ts';
import type { StreamAnswer, StreamRequest } from '../../../lib/http/create-stream-route.ts';
import { type FollowOptions, followStream, type StreamPlan } from '../../../lib/http/follow-stream.ts';
import type { LiveFeed, Positioned } from '../../../lib/http/live-feed.ts';
import { requireCaller } from '../../../lib/http/require-caller.ts';
import { statusResponse } from '../../../lib/http/status-response.ts';
import type { StreamStart } from '../../../lib/http/stream-framing.ts';
import type { StreamedEvent } from '../../../lib/postgres/read-events-after.ts';
import type { ResourceChange } from '../../../lib/postgres/read-resources-after.ts';
import type { StreamVersions } from '../../../lib/postgres/stream-versions.ts';
import { isEvents } from './kube-query.ts';
import type { KubeDependencies } from './kube-routes.ts';
import { badRequest, expired, noSuchResource } from './kube-status.ts';
import { versionBeforeAll } from './list-version.ts';
import { initialPages, openObjects, type ReadRequest, rightOf } from './read-objects.ts';
import { type WatchOptions, watchPlan } from './watch-plan.ts';
import { eventWatchRows, resourceWatchRows, type WatchSources } from './watch-rows.ts';

export type KubeWatchDependencies = KubeDependencies &
  WatchSources & {
    readonly changes: LiveFeed<ResourceChange>;
    readonly events: LiveFeed<StreamedEvent>;
    /** As `head` of the versions, but maybe as old as the call is long: for many watches at the same moment. */
    readonly newestVersion: (
      stream: 'resources' | 'events',
      cluster: string,
    ) => ReturnType<WatchOptions['newest']>;
    readonly options: FollowOptions;
    /** Aborts when the process stops. */
    readonly signal: AbortSignal;
    readonly onError: (error: unknown) => void;
  };

/** As far as watches continue from other versions. */
const maxPositionsBack = 100_000;

/** A GET that asks for a watch of the Kubernetes API. */
export function isKubeWatch(url: URL): boolean {
  const watch = url.searchParams.get('watch');
  if (watch === null || watch === '' || watch === '0' || watch === 'false') return false;
  return parseKubeRequest(url)?.target.kind === 'objects';
}

/** Opens a watch of the Kubernetes API over the mirror, or says why not. */
export async function openKubeWatch(
  request: StreamRequest,
  deps: KubeWatchDependencies,
): Promise<StreamAnswer> {
  const caller = await requireCaller(deps.authenticate, request.header('authorization'), deps.onUnavailable);
  if (caller.kind === 'refused') return caller;
  const asked = parseKubeRequest(request.url);
  const [cluster] = clustersOf(deps.clusters, caller, asked?.view.cluster ?? deps.clusters.own.cluster);
  if (asked?.target.kind !== 'objects' || cluster === undefined) return refuse(noSuchResource());
  const { target, view } = asked;
  if (view.at !== undefined || view.deleted) return refuse(badRequest('the past cannot be watched'));
  const accept = request.header('accept') ?? null;
  const read: ReadRequest = { caller, cluster, target, view, query: request.url.searchParams, accept };
  const opened = await openObjects(read, 'watch', deps);
  if (opened instanceof Response) return refuse(opened);
  const form = negotiateAnswer(accept, 'list');
  if (form === undefined || form.encoding !== 'json') {
    return refuse(statusResponse(406, 'only the following media types are accepted: application/json'));
  }

  const { resource, query } = opened;
  const stream = isEvents(resource) ? 'events' : 'resources';
  const versions = deps.versionsOf(stream, cluster.cluster);
  const start = await startOf(stream, query.options, versions, deps);
  if (start instanceof Response) return refuse(start);
  const { allowBookmarks, timeoutSeconds, sendInitialEvents } = query.options;
  const options: WatchOptions = {
    caller,
    authenticate: deps.authenticate,
    access: cluster.access,
    right: rightOf('watch', target, read.query),
    resource,
    form,
    includeObject: query.includeObject,
    allowBookmarks,
    version: start.version,
    newest: () => deps.newestVersion(stream, cluster.cluster),
    initial: start.withState ? () => initialPages({ resource, query, deps }) : undefined,
    endsInitial: sendInitialEvents === true && allowBookmarks,
    now: deps.now,
  };
  const follow: Follow = { start: { kind: 'after', position: start.position }, timeoutSeconds, deps };
  return stream === 'events'
    ? followRows(watchPlan(eventWatchRows(resource, query, deps), options), deps.events, follow)
    : followRows(watchPlan(resourceWatchRows(resource, query, deps), options), deps.changes, follow);
}

type Follow = {
  readonly start: StreamStart;
  /** As the client asked for. */
  readonly timeoutSeconds: number | undefined;
  readonly deps: KubeWatchDependencies;
};

function followRows<Row extends Positioned>(
  plan: StreamPlan<Row>,
  feed: LiveFeed<Row>,
  { start, timeoutSeconds, deps }: Follow,
): StreamAnswer {
  const longest = deps.options.lifetimeMs;
  const asked = timeoutSeconds === undefined ? longest : timeoutSeconds * 1_000;
  return {
    kind: 'stream',
    contentType: 'application/json',
    follow: (connection) =>
      followStream(connection, plan, {
        feed,
        start,
        signal: deps.signal,
        options: { ...deps.options, lifetimeMs: Math.min(asked, longest) },
        onError: deps.onError,
      }),
  };
}

/** Where a watch begins, with the version there and whether the state comes first. */
async function startOf(
  stream: 'events' | 'resources',
  { resourceVersion: wanted, sendInitialEvents }: ListOptions,
  versions: StreamVersions,
  deps: WatchSources,
): Promise<{ position: number; version: string; withState: boolean } | Response> {
  const withState = sendInitialEvents ?? (wanted === undefined || wanted === '0');
  if (withState || wanted === undefined || wanted === '0') {
    const head = await versions.head();
    return { position: head?.position ?? 0, version: head?.version ?? versionBeforeAll, withState };
  }
  const position = (await versions.positionOf(wanted)) ?? (await startOfHistory(stream, wanted, deps));
  return position === undefined
    ? expired(`too old resource version: ${wanted}, expected one of a recent list`)
    : { position, version: wanted, withState };
}

/** What a client misses that listed when there was no change to begin from; `undefined` where that is too much. */
async function startOfHistory(
  stream: 'events' | 'resources',
  wanted: string,
  deps: WatchSources,
): Promise<number | undefined> {
  if (wanted !== versionBeforeAll) return undefined;
  const { head, horizon } = await (stream === 'events' ? deps.eventBounds() : deps.resourceBounds());
  return head - horizon <= maxPositionsBack ? horizon : undefined;
}

function refuse(response: Response): StreamAnswer {
  return { kind: 'refused', response };
}
