import { z } from 'zod';
import { uuidField } from '../../lib/core/query-fields.ts';
import type { StreamAnswer, StreamRequest } from '../../lib/http/create-stream-route.ts';
import { type FollowOptions, followStream } from '../../lib/http/follow-stream.ts';
import type { LiveFeed } from '../../lib/http/live-feed.ts';
import { readQueryParameters } from '../../lib/http/read-parameters.ts';
import { requireCaller } from '../../lib/http/require-caller.ts';
import type { StreamedEvent } from '../../lib/postgres/read-events-after.ts';
import { type NotificationDependencies, notificationPlan, notificationStart } from './notifications.ts';

/** Parameters of `GET /notifications`; unknown names are ignored. */
const notificationQuerySchema = z.object({
  composition_id: uuidField().describe('Composition that the involved objects belong to'),
  // Where the portal's EventSource puts it, because a header of its own would need a preflight each time.
  lastEventId: z.string().max(4_096).optional().describe('Continues after this id, as Last-Event-ID does'),
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
  const { composition_id: compositionId, lastEventId } = parameters.value;
  const start = await notificationStart(request.header('last-event-id') ?? lastEventId, deps);
  const plan = notificationPlan(caller, { compositionId }, deps);
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
