import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import type { WantedResources } from '../../lib/core/resource-manifest.ts';
import { formatSource } from '../../lib/core/resource-subject.ts';

/** The reply to a manifest: what the database lacks. Its id follows from the manifest's, so a retry is a duplicate. */
export function wantedEvent(
  wanted: WantedResources,
  context: { readonly manifest: CloudEvent; readonly at: Date; readonly functionName: string },
): CloudEvent<WantedResources> {
  const { manifest } = context;
  return {
    id: `${manifest.id}/wanted`,
    source: formatSource(wanted.cluster, context.functionName),
    type: eventTypes.resourceWanted,
    ...(manifest.subject === undefined ? {} : { subject: manifest.subject }),
    time: context.at.toISOString(),
    datacontenttype: 'application/json',
    extensions: {
      partitionkey: manifest.extensions['partitionkey'] ?? wanted.resource,
      ...traceOf(manifest),
    },
    data: wanted,
  };
}

/** The trace goes on from end to end (CloudEvents distributed tracing extension). */
function traceOf(event: CloudEvent): Record<string, string> {
  const { traceparent, tracestate } = event.extensions;
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
  };
}
