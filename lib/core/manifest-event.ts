import { encodeAttributeText } from './attribute-text.ts';
import type { CloudEvent } from './cloud-event.ts';
import { eventTypes } from './event-types.ts';
import type { ResourceManifest } from './resource-manifest.ts';
import { formatSource } from './resource-subject.ts';

/**
 * The CloudEvent of one manifest. Its id holds the time of the list besides its version: a list that found
 * nothing new is news all the same for a database that lost something.
 */
export function manifestEvent(
  manifest: ResourceManifest,
  context: { readonly functionName: string; readonly listedAt: string; readonly index: number },
): CloudEvent<ResourceManifest> {
  const { cluster, group, version, resource, scopeNamespace, listResourceVersion } = manifest;
  const place = [group, version, resource, scopeNamespace].map(encodeAttributeText).join('/');
  const listedAt = Date.parse(context.listedAt);
  return {
    id: `${encodeAttributeText(cluster)}/${place}/${listResourceVersion}/${listedAt}/${context.index}/manifest`,
    source: formatSource(cluster, context.functionName),
    type: eventTypes.resourceManifest,
    subject: place,
    time: context.listedAt,
    datacontenttype: 'application/json',
    extensions: { partitionkey: group === '' ? resource : `${resource}.${group}` },
    data: manifest,
  };
}
