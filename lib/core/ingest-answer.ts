import type { EventAnswer } from './event-answer.ts';
import type { IngestOutcome } from './ingest-outcome.ts';

/** How a failure is answered: `unavailable` and `conflict` pass by themselves, anything else is unexpected. */
export type FailureKind = 'data' | 'unavailable' | 'conflict' | 'unknown';

/** Brokers back off by themselves, from tenths of a second on; this keeps direct senders from hammering. */
const retryAfterSeconds = 1;

export const overloadedAnswer: EventAnswer = { status: 429, retryAfterSeconds, message: 'overloaded' };
export const unavailableAnswer: EventAnswer = {
  status: 503,
  retryAfterSeconds,
  message: 'the database is away',
};

/**
 * The answer to one request from what became of its events (design, section 4). The worst decides: a batch
 * of which one event was not stored comes again as a whole, and the rest of it is then a duplicate.
 * Never 404, 408 or 409: brokers retry those for messages that can never succeed.
 */
export function ingestAnswer(
  outcomes: readonly IngestOutcome[],
  classify: (error: unknown) => FailureKind,
): EventAnswer {
  let stored = false;
  let rejected: string | undefined;
  for (const outcome of outcomes) {
    switch (outcome.kind) {
      case 'failed':
        return failureAnswer(classify(outcome.error));
      case 'rejected':
        rejected ??= outcome.reason;
        break;
      case 'stored':
      case 'quarantined':
        stored = true;
        break;
      case 'unchanged':
        break;
    }
  }
  if (rejected !== undefined) return { status: 422, message: rejected };
  return { status: stored ? 202 : 204 };
}

function failureAnswer(kind: FailureKind): EventAnswer {
  return kind === 'unavailable' || kind === 'conflict'
    ? unavailableAnswer
    : { status: 500, message: 'internal error' };
}
