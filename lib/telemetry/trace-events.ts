import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import type { CloudEvent } from '../core/cloud-event.ts';
import { formatTraceparent, parseTraceparent } from '../core/traceparent.ts';
import { knownMethods } from './known-methods.ts';
import type { Tracing } from './tracing.ts';

/** What this module needs of the API package, passed in so that it does not load it. */
export type TraceApi = Pick<
  typeof import('@opentelemetry/api'),
  'trace' | 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode'
>;

/** What our watchers write for a trace that nobody records; all others are looked at more closely. */
const unrecorded = /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/;

/**
 * One trace an event, from the send of the watcher to the commit of its batch. A batch belongs to many traces:
 * its span is in the trace of its first recorded event, and every recorded event links to it.
 * Requests for rows have one span each, from receipt to the beginning of the answer.
 * Spans carry identities and outcomes, never data or the text of an error: what a sink answers may be anything.
 * @param options.followsParent events of traces that nobody records need no look at the sampler
 */
export function traceEvents(options: {
  readonly api: TraceApi;
  readonly tracer: Tracer;
  readonly followsParent: boolean;
}): Tracing {
  const { tracer } = options;
  const { trace, ROOT_CONTEXT, SpanKind, SpanStatusCode } = options.api;
  /** Events that did not arrive and will be sent again: all that is in one trace. */
  const unfinished = new WeakMap<CloudEvent, Context>();
  /** Spans of the events that are being answered. */
  const received = new WeakMap<CloudEvent, Span>();
  let openSpans = 0;

  const contextOf = (traceparent: string | undefined): Context => {
    const parent = parseTraceparent(traceparent);
    return parent === undefined
      ? ROOT_CONTEXT
      : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
  };
  const isIgnored = (traceparent: string | undefined): boolean =>
    options.followsParent && unrecorded.test(traceparent ?? '');
  const fail = (span: Span) => span.setStatus({ code: SpanStatusCode.ERROR });

  const beginReceived = (event: CloudEvent): Span | undefined => {
    const traceparent = event.extensions['traceparent'];
    if (isIgnored(traceparent)) return undefined;
    const name = `CloudEvents Process ${event.type}`;
    const span = tracer.startSpan(name, { kind: SpanKind.CONSUMER }, contextOf(traceparent));
    if (!span.isRecording()) return undefined;
    span.setAttributes(attributesOf(event));
    received.set(event, span);
    return span;
  };

  return {
    emitting: (send) => async (event, sendOptions) => {
      const parent = unfinished.get(event) ?? contextOf(event.extensions['traceparent']);
      const span = tracer.startSpan(`CloudEvents Create ${event.type}`, { kind: SpanKind.PRODUCER }, parent);
      if (span.isRecording()) span.setAttributes(attributesOf(event));
      const context = span.spanContext();
      const extensions = { ...event.extensions, traceparent: formatTraceparent(context) };
      try {
        const outcome = await send({ ...event, extensions }, sendOptions);
        span.setAttribute('kubemirror.outcome', outcome.kind);
        if (outcome.kind !== 'accepted') {
          fail(span);
          unfinished.set(event, trace.setSpanContext(ROOT_CONTEXT, context));
        }
        return outcome;
      } catch (error) {
        fail(span);
        throw error;
      } finally {
        span.end();
      }
    },

    receiving: (handle) => async (events) => {
      const spans = events.map(beginReceived).filter((span) => span !== undefined);
      if (spans.length === 0) return handle(events);
      openSpans += spans.length;
      try {
        const answer = await handle(events);
        for (const span of spans) {
          span.setAttribute('http.response.status_code', answer.status);
          if (answer.status >= 400) fail(span);
        }
        return answer;
      } catch (error) {
        spans.forEach(fail);
        throw error;
      } finally {
        for (const span of spans) span.end();
        openSpans -= spans.length;
      }
    },

    committing: (write) => async (items) => {
      if (openSpans === 0) return write(items);
      const spans = items.map(({ event }) => received.get(event));
      const recorded = spans.filter((span) => span !== undefined);
      const [first] = recorded;
      if (first === undefined) return write(items);
      const batch = tracer.startSpan(
        'commit batch',
        {
          kind: SpanKind.CLIENT,
          attributes: { 'db.system.name': 'postgresql', 'db.operation.batch.size': items.length },
          links: recorded.map((span) => ({ context: span.spanContext() })),
        },
        trace.setSpan(ROOT_CONTEXT, first),
      );
      for (const span of recorded) span.addLink({ context: batch.spanContext() });
      try {
        const outcomes = await write(items);
        for (const [index, { kind }] of outcomes.entries()) {
          spans[index]?.setAttribute('kubemirror.outcome', kind);
        }
        return outcomes;
      } catch (error) {
        fail(batch);
        throw error;
      } finally {
        batch.end();
      }
    },

    served: ({ route, method, status, durationMs, requestId, traceparent }) => {
      if (isIgnored(traceparent)) return;
      const endTime = Date.now();
      // Free text of the client otherwise; `_OTHER` and the names below are OpenTelemetry's conventions for HTTP.
      const known = knownMethods.has(method) ? method : '_OTHER';
      const span = tracer.startSpan(
        `${known} ${route}`,
        {
          kind: SpanKind.SERVER,
          startTime: endTime - durationMs,
          attributes: {
            'http.request.method': known,
            'http.response.status_code': status,
            'kubemirror.handler': route,
            'kubemirror.request_id': requestId,
          },
        },
        contextOf(traceparent),
      );
      if (status >= 500) fail(span);
      span.end(endTime);
    },
  };
}

/** Names of OpenTelemetry's semantic conventions for CloudEvents. */
function attributesOf(event: CloudEvent): Attributes {
  return {
    'cloudevents.event_id': event.id,
    'cloudevents.event_source': event.source,
    'cloudevents.event_type': event.type,
    ...(event.subject !== undefined && { 'cloudevents.event_subject': event.subject }),
  };
}
