import { describe, expect, it } from 'vitest';
import { backoffMs, defaultDelivery, parseDeliverySpec } from './delivery-spec.ts';
import { parseIsoDurationMs } from './iso-duration.ts';

it.each([
  ['PT0.2S', 200],
  ['PT30S', 30_000],
  ['PT1M30S', 90_000],
  ['PT2H', 7_200_000],
  ['P1DT1S', 86_401_000],
])('parseIsoDurationMs reads %s as %s ms', (text, ms) => {
  expect(parseIsoDurationMs(text)).toBe(ms);
});

it.each(['', 'P', 'PT', '30s', 'PT-1S', 'P1Y', '0.2'])('parseIsoDurationMs refuses %j', (text) => {
  expect(() => parseIsoDurationMs(text)).toThrow(TypeError);
});

describe('parseDeliverySpec', () => {
  it('reads every field', () => {
    const ref = { apiVersion: 'v1', kind: 'Service', name: 's' };
    expect(
      parseDeliverySpec({
        retry: 3,
        backoffPolicy: 'linear',
        backoffDelay: 'PT1S',
        timeout: 'PT10S',
        retryAfterMax: 'PT5S',
        format: 'json',
        deadLetterSink: { ref, uri: '/dead-letter' },
      }),
    ).toEqual({
      retries: 3,
      backoffPolicy: 'linear',
      backoffDelayMs: 1_000,
      timeoutMs: 10_000,
      retryAfterMaxMs: 5_000,
      format: 'json',
      deadLetterSink: { ref: { kind: 'Service', name: 's' }, uri: '/dead-letter' },
    });
  });

  it('means no retry where it says nothing', () => {
    expect(parseDeliverySpec({})).toMatchObject({ retries: 0 });
  });

  it.each([
    { retry: -1 },
    { retry: 1.5 },
    { retry: '3' },
    { backoffPolicy: 'none' },
    { backoffDelay: '1s' },
    { timeout: 5 },
    { format: 'xml' },
    { deadLetterSink: {} },
  ])('refuses %j', (spec) => {
    expect(() => parseDeliverySpec(spec)).toThrow('Cannot');
  });
});

describe('backoffMs', () => {
  const waits = (policy: 'linear' | 'exponential', firstExponent: 0 | 1) =>
    [1, 2, 3, 4].map((retry) =>
      backoffMs({ ...defaultDelivery, backoffPolicy: policy }, { retry, firstExponent }),
    );

  it('doubles from the delay itself in the in-memory channel and from twice the delay in Kafka', () => {
    expect(waits('exponential', 0)).toEqual([200, 400, 800, 1_600]);
    expect(waits('exponential', 1)).toEqual([400, 800, 1_600, 3_200]);
  });

  it('grows by the delay, with an immediate first retry in the in-memory channel', () => {
    expect(waits('linear', 0)).toEqual([0, 200, 400, 600]);
  });

  it("adds up to Knative's 204.6 s with its defaults", () => {
    const total = Array.from({ length: defaultDelivery.retries }, (_, index) =>
      backoffMs(defaultDelivery, { retry: index + 1, firstExponent: 0 }),
    ).reduce((sum, ms) => sum + ms, 0);
    expect(total).toBe(204_600);
  });

  it('heeds Retry-After only where the spec says so, and up to what it says', () => {
    const asked = { retry: 1, firstExponent: 0, retryAfterMs: 3_000 } as const;
    expect(backoffMs(defaultDelivery, asked)).toBe(200);
    expect(backoffMs({ ...defaultDelivery, retryAfterMaxMs: 60_000 }, asked)).toBe(3_000);
    expect(backoffMs({ ...defaultDelivery, retryAfterMaxMs: 1_000 }, asked)).toBe(1_000);
    expect(backoffMs({ ...defaultDelivery, retryAfterMaxMs: 60_000 }, { ...asked, retryAfterMs: 10 })).toBe(
      200,
    );
  });
});
