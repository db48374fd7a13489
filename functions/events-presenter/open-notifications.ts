import { z } from 'zod';
import { listField, textField, uuidField } from '../../lib/core/query-fields.ts';
import type { StreamAnswer, StreamRequest } from '../../lib/http/create-stream-route.ts';
import { type FollowOptions, followStream } from '../../lib/http/follow-stream.ts';
import type { LiveFeed } from '../../lib/http/live-feed.ts';
import { readQueryParameters } from '../../lib/http/read-parameters.ts';
import { requireCaller } from '../../lib/http/require-caller.ts';
import { streamStart } from '../../lib/http/stream-start.ts';
import type { StreamedEvent } from '../../lib/postgres/read-events-after.ts';
import { type NotificationDependencies, notificationPlan } from './notifications.ts';

/** Parameters of `GET /notifications`; unknown names are ignored. */
export const notificationQuerySchema = z.object({
  composition_id: uuidField().describe('Composition that the involved objects belong to'),
  cluster: textField().describe('Cluster'),
  namespace: textField().describe('Namespace of the events'),
  kind: listField().describe('Kinds of involved objects: `Pod`, or with their apiVersion `v1.Pod`'),
  involved_name: textField().describe("The involved object's exact name"),
  involved_uid: textField().describe("The involved object's uid"),
  type: listField().describe('Types: `Normal`, `Warning`'),
  reason: listField().describe('Reasons, such as `BackOff`'),
  // Where the portal's EventSource puts it, because a header of its own would need a preflight each time.
  lastEventId: textField().describe('Continues after this id, as the header Last-Event-ID does'),
});

export type OpenDependencies = NotificationDependencies & {
  readonly feed: LiveFeed<StreamedEvent>;
  readonly options: FollowOptions;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
  readonly onUnavailable: (reason: string) => void;
  readonly onError: (error: unknown) => void;
};

/** Opens a client's stream of events, or says why not. */
export async function openNotifications(
  request: StreamRequest,
  deps: OpenDependencies,
): Promise<StreamAnswer> {
  const caller = await requireCaller(deps.authenticate, request.header('authorization'), deps.onUnavailable);
  if (caller.kind === 'refused') return caller;
  const parameters = readQueryParameters(notificationQuerySchema, request.url.searchParams);
  if (parameters.kind === 'refused') return parameters;
  const { value } = parameters;
  const filter = {
    cluster: value.cluster,
    namespace: value.namespace,
    kinds: value.kind,
    types: value.type,
    reasons: value.reason,
    compositionId: value.composition_id,
    involvedUid: value.involved_uid,
    involvedName: value.involved_name,
  };
  const lastEventId = request.header('last-event-id') ?? value.lastEventId;
  const start = await streamStart(lastEventId, deps.ids, deps.readBounds);
  const plan = notificationPlan(caller, filter, deps);
  return {
    kind: 'stream',
    follow: (connection) =>
      followStream(connection, plan, {
        feed: deps.feed,
        start,
        signal: deps.signal,
        options: deps.options,
        onError: deps.onError,
      }),
  };
}
