/** What happened to an object, as the last part of a CloudEvent id. */
export type EventVerb = 'upserted' | 'deleted' | 'recorded';

/** Deterministic and unique on its own: JetStream removes duplicates by id alone, others by source and id. */
export function formatEventId(
  cluster: string,
  identity: { readonly uid: string; readonly resourceVersion: string },
  verb: EventVerb,
): string {
  const plainCluster = cluster.replace(
    /[^A-Za-z0-9._:-]/g,
    (character) => `~${character.codePointAt(0)?.toString(16)}`,
  );
  return `${plainCluster}/${identity.uid}/${identity.resourceVersion}/${verb}`;
}
