import type { CloudEvent } from './cloud-event.ts';
import { deadLetterReason } from './dead-letter-reason.ts';
import type { EventAnswer } from './event-answer.ts';
import { type FailureKind, ingestAnswer, overloadedAnswer } from './ingest-answer.ts';
import type { IngestItem, IngestOutcome } from './ingest-outcome.ts';

/** Keeps what a broker gave up on: the dead-letter sinks of our Triggers lead here. */
export async function quarantineDeadLetters(
  events: readonly CloudEvent[],
  deps: {
    readonly quarantine: (item: IngestItem<never>) => Promise<IngestOutcome> | 'full';
    readonly classify: (error: unknown) => FailureKind;
  },
): Promise<EventAnswer> {
  const outcomes: IngestOutcome[] = [];
  for (const event of events) {
    const outcome = deps.quarantine({ event, content: { kind: 'poison', reason: deadLetterReason(event) } });
    if (outcome === 'full') return overloadedAnswer;
    outcomes.push(await outcome);
  }
  return ingestAnswer(outcomes, deps.classify);
}
