import { setTimeout as delay } from 'node:timers/promises';
import type { CloudEvent } from '../core/cloud-event.ts';
import type { Log } from '../runtime/log.ts';
import { createPoster, type PostResult } from './create-poster.ts';
import { createSlots } from './create-slots.ts';
import { decodeHttpEvents } from './decode-http-event.ts';
import { encodeHttpEvent, type HttpEvent } from './encode-http-event.ts';
import { parseCeOverrides } from './parse-ce-overrides.ts';
import { type Backoff, judgeStatus, parseRetryAfterMs, retryDelayMs } from './retry-policy.ts';
import { createTokenFile } from './token-file.ts';

export type SendOutcome =
  /** Acknowledged with 2xx. `reply` is the event that a 200 carried. */
  | {
      readonly kind: 'accepted';
      readonly status: number;
      readonly attempts: number;
      readonly reply?: CloudEvent;
    }
  /** Another 4xx or a 3xx: the same event will be refused again. The caller must keep it or count it. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly attempts: number;
      readonly message: string;
    }
  /**
   * Failed `maxAttempts` times although the sink was there: a broker passes a subscriber's final 4xx on as 500
   * and an oversized record as 503, so this event may never get through. The caller keeps it for later.
   */
  | {
      readonly kind: 'exhausted';
      readonly status: number | undefined;
      readonly attempts: number;
      readonly message: string;
    };

export type EventSink = {
  /**
   * Waits for a free place, then sends until there is an outcome. Never drops.
   * @throws the signal's reason when aborted, and for an event that breaks CloudEvents 1.0
   */
  readonly send: (event: CloudEvent, options?: { readonly signal?: AbortSignal }) => Promise<SendOutcome>;
  readonly inFlight: () => number;
  readonly waiting: () => number;
  /** Lets sends in flight end, then closes the connections. Sends after that throw. */
  readonly close: () => Promise<void>;
};

/** Told about every attempt, for counters. */
export type SinkObserver = {
  /** `status` is `undefined` where no answer came. */
  readonly attempted?: (attempt: {
    readonly status: number | undefined;
    readonly durationMs: number;
  }) => void;
  readonly retrying?: (retry: { readonly attempt: number; readonly delayMs: number }) => void;
};

export type EventSinkOptions = {
  /** `K_SINK`: absolute http or https URL; its path is kept as it is. */
  readonly sinkUrl: string;
  /** `K_CE_OVERRIDES`. */
  readonly ceOverrides?: string | undefined;
  /** `K_CA_CERTS`: PEM, trusted in addition to the default certificates. */
  readonly caCerts?: string | undefined;
  /** Where Knative projects the OIDC token, `/oidc/token`; a missing file means no Authorization header. */
  readonly tokenFile?: string | undefined;
  /** Most events under way, those that wait for their retry among them. */
  readonly maxInFlight: number;
  /** Bound on one attempt. An in-memory broker answers only when all its subscribers have. */
  readonly timeoutMs: number;
  /** Default 200 ms, at most 30 s. */
  readonly backoff?: Backoff;
  /** Default 12. Attempts that found no sink at all do not count: nothing else would get through either. */
  readonly maxAttempts?: number;
  readonly now: () => number;
  readonly random: () => number;
  /** For tests; default a timer. */
  readonly sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
  readonly observer?: SinkObserver;
  readonly log: Log;
};

/** A wish for a pause longer than this is not granted: the slot would be blocked for good. */
const maxRetryAfterMs = 60_000;

/** Replies stay under the 1 MiB of every other event; the rest is headroom. */
const maxAnswerBytes = 2 * 1024 * 1024;

/**
 * The way out for events: binary mode, one event per POST, kept connections, bounded in flight.
 * @throws TypeError for a sink URL or overrides that cannot be used
 */
export function createEventSink(options: EventSinkOptions): EventSink {
  const url = parseSinkUrl(options.sinkUrl);
  const overrides = parseCeOverrides(options.ceOverrides);
  const poster = createPoster({
    connections: options.maxInFlight,
    caCerts: options.caCerts,
    maxAnswerBytes,
  });
  const token = options.tokenFile === undefined ? undefined : createTokenFile(options.tokenFile, options.now);
  const slots = createSlots(options.maxInFlight);
  const backoff = options.backoff ?? { baseMs: 200, capMs: 30_000 };
  const maxAttempts = options.maxAttempts ?? 12;
  const sleep = options.sleep ?? pause;
  let closing: Promise<void> | undefined;
  let onIdle: (() => void) | undefined;

  const idle = async (): Promise<void> => {
    if (slots.taken() === 0) return;
    await new Promise<void>((resolve) => {
      onIdle = resolve;
    });
  };

  const attemptOnce = async (message: HttpEvent, signal: AbortSignal | undefined): Promise<PostResult> => {
    const bearer = await token?.read();
    const headers =
      bearer === undefined ? message.headers : { ...message.headers, authorization: `Bearer ${bearer}` };
    const startedAtMs = options.now();
    const result = await poster.post({
      url,
      headers,
      body: message.body,
      timeoutMs: options.timeoutMs,
      signal,
    });
    options.observer?.attempted?.({
      status: result.kind === 'answer' ? result.status : undefined,
      durationMs: options.now() - startedAtMs,
    });
    return bearer === undefined ? result : withoutToken(result, bearer);
  };

  const sendUntilOutcome = async (
    message: HttpEvent,
    signal: AbortSignal | undefined,
  ): Promise<SendOutcome> => {
    let triedFreshToken = false;
    for (let attempts = 1, counted = 0; ; attempts += 1) {
      const result = await attemptOnce(message, signal);
      if (result.kind === 'answer' || result.connected) counted += 1;
      // The token may have been rotated between reading it and arriving.
      if (result.kind === 'answer' && result.status === 401 && token !== undefined && !triedFreshToken) {
        triedFreshToken = true;
        token.forget();
        continue;
      }
      const outcome = outcomeOf(result, attempts, counted >= maxAttempts);
      if (outcome !== undefined) return outcome;
      const delayMs = retryDelayMs(backoff, {
        attempt: attempts,
        retryAfterMs: retryAfterOf(result, options.now()),
        random: options.random(),
      });
      options.observer?.retrying?.({ attempt: attempts, delayMs });
      options.log.debug({ attempt: attempts, delayMs, problem: problemOf(result) }, 'sending again');
      await sleep(delayMs, signal);
    }
  };

  return {
    send: async (event, { signal } = {}) => {
      if (closing !== undefined) throw new Error('Cannot send event: the sink is closed');
      const message = encodeForSink(event, overrides);
      const release = await slots.take(signal);
      try {
        return await sendUntilOutcome(message, signal);
      } finally {
        release();
        if (slots.taken() === 0) onIdle?.();
      }
    },
    inFlight: () => slots.taken(),
    waiting: () => slots.waiting(),
    close: () => {
      closing ??= idle().then(() => poster.close());
      return closing;
    },
  };
}

function parseSinkUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      'Cannot use K_SINK: no http or https URL, expected such as http://host/namespace/broker',
    );
  }
  return url;
}

function encodeForSink(event: CloudEvent, overrides: Readonly<Record<string, string>>): HttpEvent {
  const extensions = { ...event.extensions, ...overrides };
  const message = encodeHttpEvent({ ...event, extensions });
  // Every hop passes the W3C header on, few look into extensions.
  const traceparent = extensions['traceparent'];
  if (traceparent === undefined) return message;
  return { ...message, headers: { ...message.headers, traceparent } };
}

/** Proxies in debug mode answer with what they were sent, and what a sink answers is logged. */
function withoutToken(result: PostResult, token: string): PostResult {
  if (result.kind !== 'answer' || !result.body.includes(token)) return result;
  // Latin 1 keeps every byte.
  const text = result.body.toString('latin1').replaceAll(token, '[token]');
  return { ...result, body: Buffer.from(text, 'latin1') };
}

/** `undefined` where the same event should be sent again. */
function outcomeOf(result: PostResult, attempts: number, isLast: boolean): SendOutcome | undefined {
  const judgement = result.kind === 'answer' ? judgeStatus(result.status) : 'retry';
  if (result.kind === 'answer' && judgement === 'accepted') {
    const reply = replyOf(result);
    return { kind: 'accepted', status: result.status, attempts, ...(reply === undefined ? {} : { reply }) };
  }
  if (result.kind === 'answer' && judgement === 'final') {
    return { kind: 'refused', status: result.status, attempts, message: answerText(result.body) };
  }
  if (!isLast) return undefined;
  const status = result.kind === 'answer' ? result.status : undefined;
  return { kind: 'exhausted', status, attempts, message: problemOf(result) };
}

/** Only a 200 carries a reply; a 202 may have a body that is none (data plane specification). */
function replyOf(result: PostResult & { kind: 'answer' }): CloudEvent | undefined {
  if (result.status !== 200 || result.body.length === 0) return undefined;
  const decoded = decodeHttpEvents(result.headers, result.body);
  return decoded.kind === 'events' ? decoded.events[0] : undefined;
}

function retryAfterOf(result: PostResult, nowMs: number): number | undefined {
  if (result.kind !== 'answer') return undefined;
  const header = result.headers['retry-after'];
  const wishMs = parseRetryAfterMs(typeof header === 'string' ? header : undefined, nowMs);
  return wishMs === undefined ? undefined : Math.min(wishMs, maxRetryAfterMs);
}

function problemOf(result: PostResult): string {
  return result.kind === 'answer' ? `${result.status} ${answerText(result.body)}`.trim() : result.reason;
}

function answerText(body: Buffer): string {
  return body.toString('utf8', 0, 300).trim();
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, { ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
