import { audienceOf } from '../../lib/access/audience-of.ts';
import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import { decideEvent, decideEventNow } from '../../lib/access/decide-event.ts';
import { recheckCaller } from '../../lib/access/recheck-caller.ts';
import type { Authenticate, KnownCaller } from '../../lib/core/caller.ts';
import { eventJson } from '../../lib/core/event-json.ts';
import { type EventStreamFilter, matchesEvent } from '../../lib/core/event-stream-filter.ts';
import { formatSseFrame } from '../../lib/core/sse-frame.ts';
import type { StreamIds } from '../../lib/core/stream-id.ts';
import type { StreamPlan } from '../../lib/http/follow-stream.ts';
import { sseFraming } from '../../lib/http/stream-framing.ts';
import type { StreamBounds } from '../../lib/postgres/event-stream-bounds.ts';
import type { StreamedEvent } from '../../lib/postgres/read-events-after.ts';

/** How long clients wait before they come back after an interruption. */
const retryMs = 2_000;

export type NotificationDependencies = {
  readonly clusters: Clusters;
  readonly authenticate: Authenticate;
  readonly ids: StreamIds;
  readonly readBounds: () => Promise<StreamBounds>;
  readonly readEvents: (range: {
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
    readonly filter: EventStreamFilter;
  }) => Promise<StreamedEvent[]>;
};

/** What one client's stream of events shows. */
export function notificationPlan(
  caller: KnownCaller,
  filter: EventStreamFilter,
  deps: NotificationDependencies,
): StreamPlan<StreamedEvent> {
  const { user, refusal } = recheckCaller(deps.authenticate, caller);
  const accesses = new Map(
    clustersOf(deps.clusters, caller, filter.cluster).map(({ cluster, access }) => [cluster, access]),
  );
  return {
    readPage: (after, upTo, limit) => deps.readEvents({ after, upTo, limit, filter }),
    readHead: async () => (await deps.readBounds()).head,
    matches: (event) => matchesEvent(filter, event),
    decideNow: (event) => {
      const access = accesses.get(event.cluster_name);
      return access === undefined ? 'denied' : decideEventNow(access, user(), event);
    },
    decide: async (event) => {
      const access = accesses.get(event.cluster_name);
      return access === undefined ? 'denied' : decideEvent(access, user(), event);
    },
    frameOf: (event) => frameOf(event, deps.ids),
    audience: audienceOf(user, [caller.realm, filter]),
    framing: sseFraming({ idOf: deps.ids.idOf, retryMs }),
    refusal,
  };
}

/** Frames are the same for all clients, and rows of the feed are shared: each is written out once. */
const frames = new WeakMap<StreamedEvent, string>();

function frameOf(event: StreamedEvent, ids: StreamIds): string {
  const known = frames.get(event);
  if (known !== undefined) return known;
  const frame = formatSseFrame({ event: 'krateo', id: ids.idOf(event.position), data: eventJson(event) });
  frames.set(event, frame);
  return frame;
}
