import type { StreamAnswer, StreamRequest } from '../../lib/http/create-stream-route.ts';
import { type FollowOptions, followStream } from '../../lib/http/follow-stream.ts';
import type { LiveFeed } from '../../lib/http/live-feed.ts';
import { readQueryParameters } from '../../lib/http/read-parameters.ts';
import { requireCaller } from '../../lib/http/require-caller.ts';
import { streamStart } from '../../lib/http/stream-start.ts';
import type { ResourceChange } from '../../lib/postgres/read-resources-after.ts';
import { resourceStreamPlan, type StreamDependencies, streamQuerySchema } from './resource-stream.ts';

export type OpenDependencies = StreamDependencies & {
  readonly feed: LiveFeed<ResourceChange>;
  readonly options: FollowOptions;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
  readonly onUnavailable: (reason: string) => void;
  readonly onError: (error: unknown) => void;
};

/** Opens a client's stream of changes, or says why not. */
export async function openResourceStream(
  request: StreamRequest,
  deps: OpenDependencies,
): Promise<StreamAnswer> {
  const caller = await requireCaller(deps.authenticate, request.header('authorization'), deps.onUnavailable);
  if (caller.kind === 'refused') return caller;
  const parameters = readQueryParameters(streamQuerySchema, request.url.searchParams);
  if (parameters.kind === 'refused') return parameters;
  const lastEventId = request.header('last-event-id') ?? parameters.value.lastEventId;
  const start = await streamStart(lastEventId, deps.ids, deps.readBounds);
  const plan = resourceStreamPlan(caller, parameters.value, deps);
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
