import { describe, expect, it } from 'vitest';
import { brokerProfile } from './broker-profile.ts';
import type { CallSubscriber } from './call-subscriber.ts';
import { type DeliveryDeps, deliverEvent, type Subscription } from './deliver-event.ts';
import { type DeliverySpec, defaultDelivery } from './delivery-spec.ts';
import type { SubscriberAnswer } from './judge-answer.ts';
import type { StoredEvent } from './stored-event.ts';

const stored: StoredEvent = {
  sequence: 1,
  event: { id: 'i', source: '/s', type: 't', extensions: { knativebrokerttl: '9' }, data: Buffer.from('{}') },
  mode: 'structured',
  headers: {},
  namespace: 'kubemirror',
};
const subscriberUrl = new URL('http://sub/');
const sinkUrl = new URL('http://sink/dead-letter');
const three: DeliverySpec = { ...defaultDelivery, retries: 3 };

const answer = (status: number, body = ''): SubscriberAnswer => ({
  kind: 'answer',
  status,
  body: Buffer.from(body),
});

/** Answers the subscriber's calls one by one, the last for ever, and the sink's with `sink`. */
async function deliver(
  profile: string,
  answers: readonly SubscriberAnswer[],
  options: { sink?: SubscriberAnswer; delivery?: DeliverySpec; replyStatus?: number } = {},
) {
  const waits: number[] = [];
  const calls: Parameters<CallSubscriber>[0][] = [];
  const replies: unknown[] = [];
  const toSubscriber = () => calls.filter(({ url }) => url === subscriberUrl);
  const deps: DeliveryDeps = {
    profile: brokerProfile(profile),
    call: async (call) => {
      calls.push(call);
      if (call.url === sinkUrl) return options.sink ?? answer(202);
      return answers[toSubscriber().length - 1] ?? answers.at(-1) ?? answer(202);
    },
    acceptReply: async (event) => {
      replies.push(event);
      return options.replyStatus ?? 202;
    },
    sleep: async (ms) => {
      waits.push(ms);
    },
    attempted: () => {},
  };
  const subscription: Subscription = {
    delivery: options.delivery ?? three,
    subscriber: () => ({ kind: 'url', url: subscriberUrl }),
    deadLetterSink: () => (options.sink === undefined ? undefined : { kind: 'url', url: sinkUrl }),
  };
  const settlement = await deliverEvent(subscription, stored, deps);
  return {
    kind: settlement.kind,
    waits,
    calls: toSubscriber(),
    deadLetters: calls.filter(({ url }) => url === sinkUrl),
    replies,
  };
}

describe('deliverEvent in the in-memory broker', () => {
  // Calls and waits as measured with retry 3, exponential, 0.2 s: knative-contract, section 2.4.
  it.each([
    ['202', [answer(202)], 'delivered', 1, []],
    ['200 with a JSON body', [answer(200, '{"ok":true}')], 'undeliverable', 4, [200, 400, 800]],
    ['503', [answer(503)], 'undeliverable', 4, [200, 400, 800]],
    ['503, 503, 202', [answer(503), answer(503), answer(202)], 'delivered', 3, [200, 400]],
    ['400', [answer(400)], 'undeliverable', 1, []],
    ['422', [answer(422)], 'undeliverable', 1, []],
    ['503, 422', [answer(503), answer(422)], 'undeliverable', 2, [200]],
  ] as const)('a subscriber that answers %s', async (_name, answers, kind, calls, waits) => {
    const result = await deliver('imc-sync', answers);
    expect(result).toMatchObject({ kind, waits });
    expect(result.calls).toHaveLength(calls);
  });

  it('passes the TTL of an event on to its reply', async () => {
    const reply = { id: 'r', source: '/s', type: 'reply', extensions: {}, data: undefined };
    const { kind, replies } = await deliver('imc-sync', [{ ...answer(200, 'x'), reply } as SubscriberAnswer]);
    expect(kind).toBe('delivered');
    expect(replies).toEqual([{ ...reply, extensions: { knativebrokerttl: '9' } }]);
  });

  it('retries a reply that finds no taker and dead-letters the event itself', async () => {
    const reply = { id: 'r', source: '/s', type: 'reply', extensions: {}, data: undefined };
    const result = await deliver('imc-sync', [{ ...answer(200, 'x'), reply } as SubscriberAnswer], {
      replyStatus: 500,
      sink: answer(202),
    });
    expect(result.kind).toBe('dead-lettered');
    expect(result.calls).toHaveLength(1);
    expect(result.replies).toHaveLength(4);
    expect(result.deadLetters[0]?.extensions).toMatchObject({ knativeerrorcode: '500' });
  });
});

describe('deliverEvent to the dead letter sink', () => {
  const used = [answer(503, 'database away')];

  it.each(['imc-sync', 'kafka-unordered', 'kafka-ordered', 'rabbit'])('carries why: %s', async (profile) => {
    const { kind, deadLetters, calls } = await deliver(profile, used, { sink: answer(202) });
    expect(kind).toBe('dead-lettered');
    expect(calls).toHaveLength(4);
    expect(deadLetters.map(({ extensions }) => extensions)).toEqual([
      {
        knativeerrordest: 'http://sub/',
        knativeerrorcode: '503',
        knativeerrordata: Buffer.from('database away').toString('base64'),
      },
    ]);
  });

  it('cuts the error data to 1024 characters', async () => {
    const { deadLetters } = await deliver('imc-sync', [answer(400, 'x'.repeat(2000))], { sink: answer(202) });
    expect(deadLetters[0]?.extensions?.['knativeerrordata']).toHaveLength(1024);
  });

  it('gives up after its own retries', async () => {
    const { kind, deadLetters } = await deliver('kafka-unordered', used, { sink: answer(503) });
    expect(kind).toBe('undeliverable');
    expect(deadLetters).toHaveLength(4);
  });

  it.each([
    ['rabbit', 422, 'lost', 0],
    ['kafka-unordered', 422, 'dead-lettered', 1],
    ['imc-sync', 422, 'dead-lettered', 1],
  ])('in %s after a final %s: %s', async (profile, status, kind, deadLetters) => {
    const result = await deliver(profile, [answer(status)], { sink: answer(202) });
    expect(result.kind).toBe(kind);
    expect(result.calls).toHaveLength(1);
    expect(result.deadLetters).toHaveLength(deadLetters);
  });

  it('is where Kafka puts an event whose answer has a foreign body, without a retry', async () => {
    const result = await deliver('kafka-unordered', [answer(200, '{"ok":true}')], { sink: answer(202) });
    expect(result.kind).toBe('dead-lettered');
    expect(result.calls).toHaveLength(1);
  });
});

describe('deliverEvent', () => {
  it('waits twice as long in Kafka', async () => {
    expect((await deliver('kafka-ordered', [answer(503)])).waits).toEqual([400, 800, 1_600]);
  });

  it.each([
    ['imc-sync', undefined, 'structured'],
    ['kafka-unordered', undefined, 'binary'],
    ['rabbit', undefined, 'binary'],
    ['jetstream', undefined, 'structured'],
    ['imc-sync', 'binary', 'binary'],
    ['kafka-unordered', 'json', 'structured'],
  ] as const)('in %s with format %s gives a structured event in %s mode', async (profile, format, mode) => {
    const delivery = { ...three, ...(format === undefined ? {} : { format }) };
    expect((await deliver(profile, [answer(202)], { delivery })).calls[0]?.mode).toBe(mode);
  });

  it.each([
    ['imc-sync', 900_000],
    ['kafka-unordered', 600_000],
    ['jetstream', 30_000],
  ])('in %s waits %s ms for an answer where the delivery spec has no timeout', async (profile, timeoutMs) => {
    expect((await deliver(profile, [answer(202)])).calls[0]?.timeoutMs).toBe(timeoutMs);
    const delivery = { ...three, timeoutMs: 5 };
    expect((await deliver(profile, [answer(202)], { delivery })).calls[0]?.timeoutMs).toBe(5);
  });
});
