import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import type { WantedResources } from '../../lib/core/resource-manifest.ts';
import { formatSource } from '../../lib/core/resource-subject.ts';
import { traceExtensions } from '../../lib/core/trace-extensions.ts';

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
      ...traceExtensions(manifest),
    },
    data: wanted,
  };
}
