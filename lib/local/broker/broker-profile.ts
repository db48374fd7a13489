/** A status of the table below means an HTTP status of the subscriber. */
export type BrokerProfile = {
  readonly name: 'imc-sync' | 'imc-async' | 'kafka-unordered' | 'kafka-ordered' | 'rabbit' | 'jetstream';
  /** When the source gets its 202. */
  readonly acknowledges: 'after-delivery' | 'after-storing';
  /** Accepted events survive the process, as they survive a broker pod in a cluster. */
  readonly durable: boolean;
  /** Status towards the source when accepting fails, or when a synchronous delivery has. */
  readonly failureStatus: 500 | 503;
  readonly deliveryFrom: 'trigger-or-broker' | 'trigger-only';
  /** Without any delivery spec: Knative's defaults, or a single attempt. */
  readonly defaultsWithoutSpec: boolean;
  readonly firstExponent: 0 | 1;
  /** Bound on one attempt where the delivery spec has none. */
  readonly attemptTimeoutMs: number;
  /** Events with headers above this are answered with `failureStatus`, every time. */
  readonly maxEventBytes: number | undefined;
  /** A 2xx whose body is no CloudEvent. */
  readonly onForeignBody: 'retry-as-502' | 'dead-letter' | 'deliver';
  /** 4xx other than 404, 408, 409 and 429. */
  readonly onFinalStatus: 'dead-letter' | 'acknowledge' | 'dead-letter-on-last-attempt';
  /** 404 and 409. */
  readonly onMissing: 'retry' | 'terminate';
  /** Content mode towards the subscriber where `delivery.format` says nothing. */
  readonly mode: 'as-received' | 'binary';
  readonly deduplicatesById: boolean;
  /** `knativebrokerttl` and `knativearrivaltime` are the multi-tenant broker's own. */
  readonly stamps: boolean;
  /** How many events are under way to one Trigger, and what waits for what. */
  readonly concurrency:
    | { readonly kind: 'unbounded' }
    /** Any order. */
    | { readonly kind: 'pool'; readonly size: number }
    /** One at a time per partition of `partitionkey`; a retry blocks its partition. */
    | { readonly kind: 'partitions'; readonly count: number }
    /** In order of arrival; a failed event goes back into the queue and is overtaken. */
    | { readonly kind: 'redelivering-queue'; readonly size: number };
};

const mebibyte = 1_048_576;

const imc: BrokerProfile = {
  name: 'imc-sync',
  acknowledges: 'after-delivery',
  durable: false,
  failureStatus: 500,
  deliveryFrom: 'trigger-or-broker',
  defaultsWithoutSpec: true,
  firstExponent: 0,
  attemptTimeoutMs: 15 * 60_000,
  maxEventBytes: undefined,
  onForeignBody: 'retry-as-502',
  onFinalStatus: 'dead-letter',
  onMissing: 'retry',
  mode: 'as-received',
  deduplicatesById: false,
  stamps: true,
  concurrency: { kind: 'unbounded' },
};

const kafka: BrokerProfile = {
  ...imc,
  name: 'kafka-unordered',
  acknowledges: 'after-storing',
  durable: true,
  failureStatus: 503,
  firstExponent: 1,
  attemptTimeoutMs: 600_000,
  maxEventBytes: mebibyte,
  onForeignBody: 'dead-letter',
  mode: 'binary',
  stamps: false,
};

/**
 * The broker classes that people run, as their answers and losses were found to be (Knative 1.19 to 1.22).
 * `argument` is max.poll.records, the number of partitions, the parallelism, or the fetch size: `kafka-ordered:20`.
 * @throws TypeError for an unknown name
 */
export function brokerProfile(text: string): BrokerProfile {
  const [name = '', argument] = text.split(':', 2);
  const count = readCount(text, argument);
  switch (name) {
    case 'imc-sync':
      return imc;
    case 'imc-async':
      return { ...imc, name: 'imc-async', acknowledges: 'after-storing' };
    case 'kafka-unordered':
      // Records of the next poll are dispatched while the last ones are under way.
      return { ...kafka, concurrency: { kind: 'pool', size: 2 * (count ?? 50) } };
    case 'kafka-ordered':
      return { ...kafka, name: 'kafka-ordered', concurrency: { kind: 'partitions', count: count ?? 10 } };
    case 'rabbit':
      return {
        ...kafka,
        name: 'rabbit',
        failureStatus: 500,
        firstExponent: 0,
        maxEventBytes: undefined,
        onForeignBody: 'deliver',
        onFinalStatus: 'acknowledge',
        concurrency: { kind: 'pool', size: count ?? 1 },
      };
    case 'jetstream':
      return {
        ...kafka,
        name: 'jetstream',
        failureStatus: 500,
        deliveryFrom: 'trigger-only',
        defaultsWithoutSpec: false,
        firstExponent: 0,
        attemptTimeoutMs: 30_000,
        onForeignBody: 'deliver',
        onFinalStatus: 'dead-letter-on-last-attempt',
        onMissing: 'terminate',
        mode: 'as-received',
        deduplicatesById: true,
        concurrency: { kind: 'redelivering-queue', size: count ?? 1 },
      };
    default:
      throw new TypeError(
        `Cannot use broker profile "${text}", expected imc-sync, imc-async, kafka-unordered, kafka-ordered, rabbit or jetstream`,
      );
  }
}

/** A Trigger's annotations can ask for another order than its broker's default. */
export function concurrencyOf(
  profile: BrokerProfile,
  annotations: Readonly<Record<string, string>>,
): BrokerProfile['concurrency'] {
  if (
    profile.name === 'kafka-unordered' &&
    annotations['kafka.eventing.knative.dev/delivery.order'] === 'ordered'
  ) {
    return { kind: 'partitions', count: 10 };
  }
  const parallelism = annotations['rabbitmq.eventing.knative.dev/parallelism'];
  if (profile.name === 'rabbit' && parallelism !== undefined) {
    return { kind: 'pool', size: Math.min(1000, Math.max(1, Number.parseInt(parallelism, 10) || 1)) };
  }
  return profile.concurrency;
}

function readCount(text: string, argument: string | undefined): number | undefined {
  if (argument === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(argument)) return Number(argument);
  throw new TypeError(
    `Cannot use broker profile "${text}", expected a number from 1 to 9999 after the colon`,
  );
}
