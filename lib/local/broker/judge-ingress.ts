import { decodeHttpEvents, type HttpHeaders } from '../../cloudevents/decode-http-event.ts';
import type { CloudEvent } from '../../core/cloud-event.ts';
import { type StoredEvent, ttlExtension } from './stored-event.ts';

export type IngressVerdict =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly reason: string;
    }
  | { readonly kind: 'take'; readonly namespace: string; readonly broker: string };

/** What the ingress says before it reads the body (knative/eventing pkg/broker/ingress). */
export function judgeIngressRequest(request: {
  readonly method: string;
  readonly path: string;
}): IngressVerdict {
  if (request.method === 'OPTIONS') {
    const webhook = { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '*' };
    return { kind: 'answer', status: 200, headers: webhook, reason: '' };
  }
  if (request.method !== 'POST') return { kind: 'answer', status: 405, headers: {}, reason: 'not a POST' };
  if (request.path === '/') return { kind: 'answer', status: 404, headers: {}, reason: 'no broker named' };
  const [empty, namespace, broker, ...rest] = request.path.replace(/\/$/, '').split('/');
  if (empty !== '' || !namespace || !broker || rest.length > 0) {
    return { kind: 'answer', status: 400, headers: {}, reason: 'the path is not /namespace/broker' };
  }
  return { kind: 'take', namespace, broker };
}

export type ReadEvent =
  | {
      readonly kind: 'event';
      readonly event: CloudEvent<Buffer | undefined>;
      readonly mode: StoredEvent['mode'];
    }
  | { readonly kind: 'invalid'; readonly reason: string };

/** One event in binary or structured mode; batches are refused as the real ingress refuses them. */
export function readIngressEvent(headers: HttpHeaders, body: Buffer): ReadEvent {
  const decoded = decodeHttpEvents(headers, body, { data: 'raw' });
  if (decoded.kind === 'invalid') return decoded;
  const [event] = decoded.events;
  if (decoded.mode === 'batched' || event === undefined) {
    return { kind: 'invalid', reason: 'brokers take one event per request, not batches' };
  }
  return { kind: 'event', event: event as CloudEvent<Buffer | undefined>, mode: decoded.mode };
}

/**
 * The multi-tenant ingress lowers a TTL that is there, starts one that is not, and notes the time of arrival.
 * `undefined` where the TTL is spent.
 */
export function stampEvent(
  event: CloudEvent<Buffer | undefined>,
  arrivedAt: string,
): CloudEvent<Buffer | undefined> | undefined {
  const sent = event.extensions[ttlExtension];
  const ttl = sent === undefined || !/^-?\d{1,9}$/.test(sent) ? 255 : Number(sent) - 1;
  if (ttl <= 0) return undefined;
  const extensions = { ...event.extensions, [ttlExtension]: String(ttl), knativearrivaltime: arrivedAt };
  return { ...event, extensions };
}

/** Request headers that pass every hop; all others are dropped. */
export function passThroughHeaders(headers: HttpHeaders): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    if (/^(?:x-request-id|retry-after|traceparent|tracestate|b3|knative-.*|x-b3-.*)$/.test(name)) {
      passed[name] = value;
    }
  }
  return passed;
}
