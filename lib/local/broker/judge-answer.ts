import type { CloudEvent } from '../../core/cloud-event.ts';
import type { BrokerProfile } from './broker-profile.ts';

/** What came of one attempt at a subscriber. */
export type SubscriberAnswer =
  | { readonly kind: 'no-answer'; readonly reason: string }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: Buffer;
      readonly retryAfterMs?: number | undefined;
      /** The event in the body, where there is one. */
      readonly reply?: CloudEvent | undefined;
    };

export type Verdict =
  | { readonly kind: 'delivered'; readonly reply?: CloudEvent | undefined }
  /** Attempts are left; `code` is what a dead letter would carry. */
  | { readonly kind: 'retry'; readonly code: number; readonly detail: Buffer }
  /** To the dead letter sink where there is one. */
  | { readonly kind: 'failed'; readonly code: number; readonly detail: Buffer }
  /** Acknowledged towards the broker's store without anybody having the event. */
  | { readonly kind: 'lost'; readonly reason: string };

/**
 * What a broker class makes of a subscriber's answer, losses included (the table is in
 * `judge-answer.test.ts`).
 * @param options.isLast no retry is left
 */
export function judgeAnswer(
  profile: BrokerProfile,
  answer: SubscriberAnswer,
  options: { readonly isLast: boolean },
): Verdict {
  const again = (code: number, detail: Buffer): Verdict => ({
    kind: options.isLast ? 'failed' : 'retry',
    code,
    detail,
  });
  if (answer.kind === 'no-answer') return again(500, Buffer.from(`dispatch error: ${answer.reason}`));
  const { status, body } = answer;
  if (status >= 200 && status < 300) {
    if (body.length === 0 || answer.reply !== undefined) return { kind: 'delivered', reply: answer.reply };
    return judgeForeignBody(profile, body, again);
  }
  if (status >= 500 || status === 408 || status === 429) return again(status, body);
  if (status === 404 || status === 409) {
    if (profile.onMissing === 'retry') return again(status, body);
    return { kind: 'lost', reason: `terminated after status ${status}` };
  }
  switch (profile.onFinalStatus) {
    case 'dead-letter':
      return { kind: 'failed', code: status, detail: body };
    case 'acknowledge':
      return { kind: 'lost', reason: `acknowledged although the subscriber answered ${status}` };
    case 'dead-letter-on-last-attempt':
      return options.isLast
        ? { kind: 'failed', code: status, detail: body }
        : { kind: 'lost', reason: `terminated after status ${status}` };
  }
}

function judgeForeignBody(
  profile: BrokerProfile,
  body: Buffer,
  again: (code: number, detail: Buffer) => Verdict,
): Verdict {
  switch (profile.onForeignBody) {
    case 'retry-as-502':
      return again(502, Buffer.alloc(0));
    case 'dead-letter':
      return { kind: 'failed', code: 502, detail: body };
    case 'deliver':
      return { kind: 'delivered' };
  }
}
