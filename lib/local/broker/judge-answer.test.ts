import { describe, expect, it } from 'vitest';
import { brokerProfile, concurrencyOf } from './broker-profile.ts';
import { judgeAnswer, type SubscriberAnswer, type Verdict } from './judge-answer.ts';

const answer = (status: number, body = ''): SubscriberAnswer => ({
  kind: 'answer',
  status,
  body: Buffer.from(body),
});
const answers = {
  '2xx, empty': answer(202),
  '2xx, body that is no CloudEvent': answer(200, '{"ok":true}'),
  '5xx': answer(503),
  '408': answer(408),
  '429': answer(429),
  'no answer': { kind: 'no-answer', reason: 'reset' },
  '404': answer(404),
  '409': answer(409),
  'final 4xx': answer(422),
  '3xx': answer(302),
} as const satisfies Record<string, SubscriberAnswer>;

type Kind = Verdict['kind'];
type Row = Readonly<Record<keyof typeof answers, readonly [withRetriesLeft: Kind, onTheLastAttempt: Kind]>>;

const retried = ['retry', 'failed'] as const;
const delivered = ['delivered', 'delivered'] as const;
const failed = ['failed', 'failed'] as const;
const lost = ['lost', 'lost'] as const;

const imc: Row = {
  '2xx, empty': delivered,
  '2xx, body that is no CloudEvent': retried,
  '5xx': retried,
  '408': retried,
  '429': retried,
  'no answer': retried,
  '404': retried,
  '409': retried,
  'final 4xx': failed,
  '3xx': failed,
};
const kafka: Row = { ...imc, '2xx, body that is no CloudEvent': failed };
const rabbit: Row = {
  ...imc,
  '2xx, body that is no CloudEvent': delivered,
  'final 4xx': lost,
  '3xx': lost,
};
const jetstream: Row = {
  ...rabbit,
  '404': lost,
  '409': lost,
  'final 4xx': ['lost', 'failed'],
  '3xx': ['lost', 'failed'],
};

/** What becomes of a subscriber's answer: knative-contract, section 3.1. `failed` goes to the dead letter sink. */
const table: Readonly<Record<string, Row>> = {
  'imc-sync': imc,
  'imc-async': imc,
  'kafka-unordered': kafka,
  'kafka-ordered': kafka,
  rabbit,
  jetstream,
};

describe.each(Object.entries(table))('judgeAnswer for %s', (name, row) => {
  it.each(Object.entries(row))('an answer of %s', (key, [early, late]) => {
    const profile = brokerProfile(name);
    const given = answers[key as keyof typeof answers];
    expect(judgeAnswer(profile, given, { isLast: false }).kind).toBe(early);
    expect(judgeAnswer(profile, given, { isLast: true }).kind).toBe(late);
  });
});

describe('brokerProfile', () => {
  it.each([
    ['imc-sync', { kind: 'unbounded' }],
    ['kafka-unordered', { kind: 'pool', size: 100 }],
    ['kafka-unordered:10', { kind: 'pool', size: 20 }],
    ['kafka-ordered', { kind: 'partitions', count: 10 }],
    ['kafka-ordered:3', { kind: 'partitions', count: 3 }],
    ['rabbit', { kind: 'pool', size: 1 }],
    ['rabbit:100', { kind: 'pool', size: 100 }],
    ['jetstream', { kind: 'redelivering-queue', size: 1 }],
  ])('%s has at most this under way to one Trigger: %j', (text, concurrency) => {
    expect(brokerProfile(text).concurrency).toEqual(concurrency);
  });

  it.each(['', 'kafka', 'imc-sync:0', 'kafka-ordered:x', 'rabbit:'])('refuses %j', (text) => {
    expect(() => brokerProfile(text)).toThrow(TypeError);
  });

  it('lets the annotations of a Trigger choose the order', () => {
    const ordered = { 'kafka.eventing.knative.dev/delivery.order': 'ordered' };
    expect(concurrencyOf(brokerProfile('kafka-unordered'), ordered)).toEqual({
      kind: 'partitions',
      count: 10,
    });
    expect(concurrencyOf(brokerProfile('imc-sync'), ordered)).toEqual({ kind: 'unbounded' });
    const parallel = { 'rabbitmq.eventing.knative.dev/parallelism': '100' };
    expect(concurrencyOf(brokerProfile('rabbit'), parallel)).toEqual({ kind: 'pool', size: 100 });
  });
});
