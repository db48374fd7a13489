import type { CloudEvent } from './cloud-event.ts';

/**
 * Extensions that make an event part of the trace of the one that caused it (CloudEvents distributed tracing
 * extension).
 */
export function traceExtensions(cause: Pick<CloudEvent, 'extensions'>): Record<string, string> {
  const { traceparent, tracestate } = cause.extensions;
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
  };
}
