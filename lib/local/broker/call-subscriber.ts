import { setTimeout as delay } from 'node:timers/promises';
import type { Post } from '../../cloudevents/create-poster.ts';
import { decodeHttpEvents } from '../../cloudevents/decode-http-event.ts';
import { encodeHttpEvent } from '../../cloudevents/encode-http-event.ts';
import { encodeStructuredEvent } from '../../cloudevents/encode-structured-event.ts';
import { parseRetryAfterMs } from '../../cloudevents/retry-policy.ts';
import type { CloudEvent } from '../../core/cloud-event.ts';
import type { BrokerFaults } from './broker-faults.ts';
import type { SubscriberAnswer } from './judge-answer.ts';
import { type StoredEvent, ttlExtension } from './stored-event.ts';

/** One attempt at a subscriber or dead letter sink. */
export type CallSubscriber = (call: {
  readonly url: URL;
  readonly stored: StoredEvent;
  readonly mode: 'binary' | 'structured';
  readonly timeoutMs: number;
  /** Set on top of the event's own, for dead letters. */
  readonly extensions?: Readonly<Record<string, string>>;
}) => Promise<SubscriberAnswer>;

/** Posts an event as a broker's filter does, through whatever faults are on. */
export function createCallSubscriber(deps: {
  readonly post: Post;
  readonly faults: () => BrokerFaults;
  readonly random: () => number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}): CallSubscriber {
  const callOnce: CallSubscriber = async ({ url, stored, mode, timeoutMs, extensions }) => {
    const faults = deps.faults();
    if (faults.maxDelayMs > 0) {
      await delay(Math.floor(deps.random() * faults.maxDelayMs), undefined, { signal: deps.signal });
    }
    if (deps.random() < faults.dropRequest) return { kind: 'no-answer', reason: 'dropped on purpose' };
    const { [ttlExtension]: _, ...visible } = stored.event.extensions;
    const event = { ...stored.event, extensions: { ...visible, ...extensions } };
    const message = mode === 'structured' ? encodeStructuredEvent(event) : encodeHttpEvent(event);
    const result = await deps.post({
      url,
      headers: {
        ...message.headers,
        ...stored.headers,
        'user-agent': 'Go-http-client/1.1',
        'kn-namespace': stored.namespace,
        prefer: 'reply',
      },
      body: message.body,
      timeoutMs,
      signal: deps.signal,
    });
    if (deps.random() < faults.dropAnswer) return { kind: 'no-answer', reason: 'answer dropped on purpose' };
    if (result.kind === 'no-answer') return { kind: 'no-answer', reason: result.reason };
    const { status, headers, body } = result;
    const retryAfter = headers['retry-after'];
    return {
      kind: 'answer',
      status,
      body,
      retryAfterMs:
        status === 429 || status === 503
          ? parseRetryAfterMs(typeof retryAfter === 'string' ? retryAfter : undefined, deps.now())
          : undefined,
      reply: replyOf(headers, body),
    };
  };

  return async (call) => {
    if (deps.random() >= deps.faults().duplicate) return callOnce(call);
    // At the same time, so that both meet in the subscriber.
    const [answer] = await Promise.all([callOnce(call), callOnce(call)]);
    return answer;
  };
}

function replyOf(headers: Parameters<typeof decodeHttpEvents>[0], body: Buffer): CloudEvent | undefined {
  const decoded = decodeHttpEvents(headers, body, { data: 'raw' });
  return decoded.kind === 'events' && decoded.mode !== 'batched' ? decoded.events[0] : undefined;
}
