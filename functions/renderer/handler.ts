import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { EventAnswer } from '../../lib/core/event-answer.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { type FailureKind, overloadedAnswer, unavailableAnswer } from '../../lib/core/ingest-answer.ts';
import { readChange } from './read-change.ts';
import type { Reconciled, ReconcileRequest } from './reconcile.ts';

export type RendererDependencies = {
  readonly reconcile: (id: string, request: ReconcileRequest) => Promise<Reconciled> | 'full';
  /** Asks for a comparison of everything; it runs by itself. */
  readonly requestFullDiff: () => void;
  /** The reply event of a rendering. */
  readonly reply: (
    rendered: Extract<Reconciled, { kind: 'rendered' }>,
    cause: CloudEvent,
  ) => NonNullable<EventAnswer['reply']>;
  readonly classify: (error: unknown) => FailureKind;
  readonly observe: (event: { readonly type: string; readonly result: string }) => void;
  readonly onFailure: (error: unknown) => void;
};

const notVisibleAnswer: EventAnswer = {
  status: 503,
  retryAfterSeconds: 1,
  message: 'the database does not show this change yet',
};

/**
 * Answers a change event when the change has been rendered, or its failure has been recorded together with the time
 * of the next attempt, which is ours from then on. Only what could not be recorded comes again.
 */
export async function handleChanges(
  events: readonly CloudEvent[],
  deps: RendererDependencies,
): Promise<EventAnswer> {
  const [event] = events;
  if (events.length !== 1 || event === undefined) {
    return { status: 400, message: 'expected one event a request' };
  }
  if (event.type !== eventTypes.appconfigChanged) return count(deps, event, 'skipped', { status: 204 });
  const change = readChange(event.data);
  if (change.kind === 'invalid') {
    return count(deps, event, 'invalid', { status: 422, message: change.reason });
  }
  if (change.kind === 'table') {
    deps.requestFullDiff();
    return count(deps, event, 'full-diff', { status: 202 });
  }
  const pending = deps.reconcile(change.id, {
    minGeneration: change.generation,
    force: false,
    prune: false,
    hintNames: change.names,
  });
  if (pending === 'full') return count(deps, event, 'overloaded', overloadedAnswer);
  try {
    return answer(await pending, event, deps);
  } catch (error) {
    deps.onFailure(error);
    const kind = deps.classify(error);
    const passes = kind === 'unavailable' || kind === 'conflict';
    return count(
      deps,
      event,
      'error',
      passes ? unavailableAnswer : { status: 500, message: 'internal error' },
    );
  }
}

function answer(result: Reconciled, event: CloudEvent, deps: RendererDependencies): EventAnswer {
  switch (result.kind) {
    case 'unchanged':
    case 'held':
      return count(deps, event, result.kind, { status: 204 });
    case 'not-visible':
      return count(deps, event, result.kind, notVisibleAnswer);
    case 'rendered':
      // 200, because 202 says that a body is no reply.
      return count(deps, event, result.outcome.phase, { status: 200, reply: deps.reply(result, event) });
  }
}

function count(
  deps: RendererDependencies,
  event: CloudEvent,
  result: string,
  eventAnswer: EventAnswer,
): EventAnswer {
  deps.observe({ type: event.type, result });
  return eventAnswer;
}
