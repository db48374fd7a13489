import { encodeAttributeText } from './attribute-text.ts';

/** What happened to an object, as the last part of a CloudEvent id. */
export type EventVerb = 'upserted' | 'deleted' | 'recorded';

/** Deterministic and unique on its own: JetStream removes duplicates by id alone, others by source and id. */
export function formatEventId(
  cluster: string,
  identity: { readonly uid: string; readonly resourceVersion: string },
  verb: EventVerb,
): string {
  return `${encodeAttributeText(cluster)}/${identity.uid}/${identity.resourceVersion}/${verb}`;
}
