import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import { decideEvent, decideEventNow } from '../../lib/access/decide-event.ts';
import type { Authenticate, KnownCaller } from '../../lib/core/caller.ts';
import { openToken, type SealingKeys, sealToken } from '../../lib/core/sealed-token.ts';
import { formatSseFrame } from '../../lib/core/sse-frame.ts';
import type { StreamPlan, StreamStart } from '../../lib/http/follow-stream.ts';
import type { StreamBounds } from '../../lib/postgres/event-stream-bounds.ts';
import type { StreamedEvent } from '../../lib/postgres/read-events-after.ts';
import { eventJson } from './event-json.ts';

export type NotificationDependencies = {
  readonly clusters: Clusters;
  readonly authenticate: Authenticate;
  readonly idKeys: SealingKeys;
  /** Ids of one database mean nothing in another. */
  readonly installationId: string;
  readonly readBounds: () => Promise<StreamBounds>;
  readonly readEvents: (range: {
    readonly after: number;
    readonly upTo: number;
    readonly compositionId: string | undefined;
    readonly limit: number;
  }) => Promise<StreamedEvent[]>;
};

/** A short outage of the API server shall not end all streams; rights are not known meanwhile, so nothing is sent. */
const maxUnverified = 5;

export type NotificationFilter = { readonly compositionId: string | undefined };

/** What one client's stream of events shows. */
export function notificationPlan(
  caller: KnownCaller,
  filter: NotificationFilter,
  deps: NotificationDependencies,
): StreamPlan<StreamedEvent> {
  // Groups may change while the stream lives, as far as the token's issuer tells.
  let user = caller.user;
  let unverified = 0;
  const accesses = new Map(
    clustersOf(deps.clusters, caller, undefined).map(({ cluster, access }) => [cluster, access]),
  );
  return {
    readPage: (after, upTo, limit) =>
      deps.readEvents({ after, upTo, compositionId: filter.compositionId, limit }),
    readHead: async () => (await deps.readBounds()).head,
    matches: (event) => filter.compositionId === undefined || event.composition_id === filter.compositionId,
    decideNow: (event) => {
      const access = accesses.get(event.cluster_name);
      return access === undefined ? 'denied' : decideEventNow(access, user, event);
    },
    decide: async (event) => {
      const access = accesses.get(event.cluster_name);
      return access === undefined ? 'denied' : decideEvent(access, user, event);
    },
    frameOf: (event) => frameOf(event, deps),
    idOf: (position) => streamId(position, deps),
    refusal: async () => {
      const again = await deps.authenticate(`Bearer ${caller.token}`);
      if (again.kind === 'refused') return again.reason;
      if (again.kind === 'unavailable') {
        unverified += 1;
        return unverified > maxUnverified ? 'cannot verify the token' : undefined;
      }
      unverified = 0;
      user = again.user;
      return undefined;
    },
  };
}

/** Where a client that sends this Last-Event-ID goes on. */
export async function notificationStart(
  lastEventId: string | undefined,
  deps: NotificationDependencies,
): Promise<StreamStart> {
  if (lastEventId === undefined || lastEventId === '') return { kind: 'now' };
  const text = openToken(deps.idKeys, contextOf(deps), lastEventId);
  if (text === undefined) return { kind: 'resync', reason: 'the last event id is not known here' };
  const position = Number(text);
  const { head, horizon } = await deps.readBounds();
  if (position > head) return { kind: 'resync', reason: 'the database is older than the last event id' };
  if (position < horizon) return { kind: 'resync', reason: 'events after the last event id are gone' };
  return { kind: 'after', position };
}

/** Frames are the same for all clients, and rows of the feed are shared: each is written out once. */
const frames = new WeakMap<StreamedEvent, string>();

function frameOf(event: StreamedEvent, deps: NotificationDependencies): string {
  const known = frames.get(event);
  if (known !== undefined) return known;
  const frame = formatSseFrame({
    event: 'krateo',
    id: streamId(event.position, deps),
    data: eventJson(event),
  });
  frames.set(event, frame);
  return frame;
}

/** Sealed, because a plain position tells how many events there are that the client may not see. */
function streamId(position: number, deps: NotificationDependencies): string {
  // Of one length, which would tell the number of digits otherwise.
  return sealToken(deps.idKeys, contextOf(deps), String(position).padStart(16, '0'));
}

function contextOf(deps: NotificationDependencies): string {
  return `events ${deps.installationId}`;
}
