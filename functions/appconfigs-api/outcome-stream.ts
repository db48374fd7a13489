import { recheckCaller } from '../../lib/access/recheck-caller.ts';
import type { AccessAttributes } from '../../lib/core/access-attributes.ts';
import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { Authenticate, KnownCaller } from '../../lib/core/caller.ts';
import { openToken, type SealingKeys, sealToken } from '../../lib/core/sealed-token.ts';
import { formatSseFrame } from '../../lib/core/sse-frame.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import type { StreamAnswer, StreamRequest } from '../../lib/http/create-stream-route.ts';
import {
  type FollowOptions,
  followStream,
  type StreamDecision,
  type StreamPlan,
} from '../../lib/http/follow-stream.ts';
import type { LiveFeed } from '../../lib/http/live-feed.ts';
import { readQueryParameters } from '../../lib/http/read-parameters.ts';
import { requireCaller } from '../../lib/http/require-caller.ts';
import { type StreamStart, sseFraming } from '../../lib/http/stream-framing.ts';
import type { OutcomeRow } from '../../lib/postgres/app-configs/read-outcomes-after.ts';
import { streamedOutcomeJson } from './app-config-json.ts';
import { streamSchema } from './parameters.ts';

export type OutcomeStreamDependencies = {
  readonly authenticate: Authenticate;
  readonly kind: AppConfigKind;
  readonly decide: (user: UserInfo, attributes: AccessAttributes) => Promise<StreamDecision>;
  readonly decideNow: (user: UserInfo, attributes: AccessAttributes) => StreamDecision | undefined;
  readonly idKeys: SealingKeys;
  /** Ids of one database mean nothing in another. */
  readonly installationId: string;
  readonly readAfter: (range: {
    readonly after: number;
    readonly upTo: number;
    readonly id: string | undefined;
    readonly limit: number;
  }) => Promise<OutcomeRow[]>;
  readonly readHead: () => Promise<number>;
  readonly feed: LiveFeed<OutcomeRow>;
  readonly options: FollowOptions;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
  readonly onUnavailable: (reason: string) => void;
  readonly onError: (error: unknown) => void;
};

/** How long clients wait before they come back after an interruption. */
const retryMs = 2_000;

/** Opens a client's stream of what becomes of AppConfigs, or says why not. */
export async function openOutcomeStream(
  request: StreamRequest,
  deps: OutcomeStreamDependencies,
): Promise<StreamAnswer> {
  const caller = await requireCaller(deps.authenticate, request.header('authorization'), deps.onUnavailable);
  if (caller.kind === 'refused') return caller;
  const parameters = readQueryParameters(streamSchema, request.url.searchParams);
  if (parameters.kind === 'refused') return parameters;
  const { id, lastEventId } = parameters.value;
  const start = await startOf(request.header('last-event-id') ?? lastEventId, deps);
  return {
    kind: 'stream',
    follow: (connection) =>
      followStream(connection, outcomePlan(caller, id, deps), {
        feed: deps.feed,
        start,
        signal: deps.signal,
        options: deps.options,
        onError: deps.onError,
      }),
  };
}

function outcomePlan(
  caller: KnownCaller,
  id: string | undefined,
  deps: OutcomeStreamDependencies,
): StreamPlan<OutcomeRow> {
  const { group, resource, namespace } = deps.kind;
  const attributesOf = (row: OutcomeRow): AccessAttributes => ({
    verb: 'watch',
    group,
    resource,
    namespace,
    name: row.name,
  });
  const rechecked = recheckCaller(deps.authenticate, caller);
  return {
    readPage: (after, upTo, limit) => deps.readAfter({ after, upTo, id, limit }),
    readHead: deps.readHead,
    matches: (row) => id === undefined || row.id === id,
    decideNow: (row) => deps.decideNow(rechecked.user(), attributesOf(row)),
    decide: (row) => deps.decide(rechecked.user(), attributesOf(row)),
    frameOf: (row) =>
      formatSseFrame({
        event: 'status',
        id: streamId(row.position, deps),
        data: JSON.stringify(streamedOutcomeJson(row)),
      }),
    framing: sseFraming({ idOf: (position) => streamId(position, deps), retryMs }),
    refusal: rechecked.refusal,
  };
}

/** Where a client that sends this Last-Event-ID goes on. */
async function startOf(
  lastEventId: string | undefined,
  deps: OutcomeStreamDependencies,
): Promise<StreamStart> {
  if (lastEventId === undefined || lastEventId === '') return { kind: 'now' };
  const text = openToken(deps.idKeys, contextOf(deps), lastEventId);
  if (text === undefined) return { kind: 'resync', reason: 'the last event id is not known here' };
  const position = Number(text);
  if (position > (await deps.readHead())) {
    return { kind: 'resync', reason: 'the database is older than the last event id' };
  }
  return { kind: 'after', position };
}

/** Sealed, because a plain position tells how much there is that the client may not see. */
function streamId(position: number, deps: OutcomeStreamDependencies): string {
  return sealToken(deps.idKeys, contextOf(deps), String(position).padStart(16, '0'));
}

function contextOf(deps: OutcomeStreamDependencies): string {
  return `appconfigs ${deps.installationId}`;
}
