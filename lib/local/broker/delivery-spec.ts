import { parseIsoDurationMs } from './iso-duration.ts';

/** Where events go: a Kubernetes reference, an absolute URI, or a reference plus a path. */
export type Destination = {
  readonly ref?: { readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly uri?: string;
};

/** `spec.delivery` of a Broker or Trigger (eventing duck v1). */
export type DeliverySpec = {
  /** Retries after the first attempt. */
  readonly retries: number;
  readonly backoffPolicy: 'linear' | 'exponential';
  readonly backoffDelayMs: number;
  /** Bound on one attempt. */
  readonly timeoutMs?: number;
  /** Upper end of a Retry-After that is honoured; without it Retry-After counts for nothing. */
  readonly retryAfterMaxMs?: number;
  /** Content mode towards the subscriber; without it as received. */
  readonly format?: 'json' | 'binary';
  readonly deadLetterSink?: Destination;
};

/** ConfigMap config-br-defaults as Knative ships it. */
export const defaultDelivery: DeliverySpec = {
  retries: 10,
  backoffPolicy: 'exponential',
  backoffDelayMs: 200,
};

/** @throws TypeError naming the field, for what the webhook would refuse */
export function parseDeliverySpec(value: unknown): DeliverySpec {
  const spec = value as Readonly<Record<string, unknown>>;
  const retries = spec['retry'] ?? 0;
  if (typeof retries !== 'number' || !Number.isInteger(retries) || retries < 0) {
    throw new TypeError('Cannot use delivery.retry, expected a whole number from 0');
  }
  const policy = spec['backoffPolicy'] ?? 'exponential';
  if (policy !== 'linear' && policy !== 'exponential') {
    throw new TypeError('Cannot use delivery.backoffPolicy, expected linear or exponential');
  }
  const format = spec['format'];
  if (format !== undefined && format !== 'json' && format !== 'binary') {
    throw new TypeError('Cannot use delivery.format, expected json or binary');
  }
  const timeoutMs = durationOf(spec, 'timeout');
  const retryAfterMaxMs = durationOf(spec, 'retryAfterMax');
  return {
    retries,
    backoffPolicy: policy,
    backoffDelayMs: durationOf(spec, 'backoffDelay') ?? 0,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retryAfterMaxMs === undefined ? {} : { retryAfterMaxMs }),
    ...(format === undefined ? {} : { format }),
    ...(spec['deadLetterSink'] === undefined
      ? {}
      : { deadLetterSink: parseDestination(spec['deadLetterSink'], 'delivery.deadLetterSink') }),
  };
}

/** @throws TypeError naming `what` where neither a reference nor a URI is given */
export function parseDestination(value: unknown, what: string): Destination {
  const { ref, uri } = (value ?? {}) as { ref?: unknown; uri?: unknown };
  const { kind, name, namespace } = (ref ?? {}) as Readonly<Record<string, unknown>>;
  const hasRef = typeof kind === 'string' && typeof name === 'string';
  if (!hasRef && typeof uri !== 'string') throw new TypeError(`Cannot use ${what}, expected ref or uri`);
  return {
    ...(hasRef ? { ref: { kind, name, ...(typeof namespace === 'string' ? { namespace } : {}) } } : {}),
    ...(typeof uri === 'string' ? { uri } : {}),
  };
}

/**
 * Wait before a retry, without jitter, as pkg/kncloudevents and the Kafka dispatcher compute it.
 * @param options.retry number of the retry, from 1
 * @param options.firstExponent 0 for the in-memory channel: its first linear retry is immediate; 1 for Kafka
 */
export function backoffMs(
  delivery: DeliverySpec,
  options: {
    readonly retry: number;
    readonly firstExponent: 0 | 1;
    readonly retryAfterMs?: number | undefined;
  },
): number {
  const exponent = options.retry - 1 + options.firstExponent;
  const factor = delivery.backoffPolicy === 'linear' ? exponent : 2 ** Math.min(exponent, 30);
  const waitMs = delivery.backoffDelayMs * factor;
  if (delivery.retryAfterMaxMs === undefined || options.retryAfterMs === undefined) return waitMs;
  return Math.max(waitMs, Math.min(options.retryAfterMs, delivery.retryAfterMaxMs));
}

function durationOf(spec: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = spec[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string')
    throw new TypeError(`Cannot use delivery.${name}, expected an ISO 8601 duration`);
  return parseIsoDurationMs(value);
}
