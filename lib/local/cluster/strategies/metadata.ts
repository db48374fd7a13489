import type { ObjectMeta } from '../../../core/kubernetes-object.ts';

/** Metadata of a new object: what clients may set is kept, the rest is the server's. */
export function newMetadata(
  given: ObjectMeta,
  server: { readonly uid: string; readonly namespace: string; readonly creationTimestamp: string },
): ObjectMeta {
  const {
    uid: _uid,
    resourceVersion: _resourceVersion,
    generation: _generation,
    creationTimestamp: _creationTimestamp,
    deletionTimestamp: _deletionTimestamp,
    deletionGracePeriodSeconds: _grace,
    selfLink: _selfLink,
    managedFields: _managedFields,
    ...kept
  } = given;
  const { namespace: _namespace, ...unplaced } = withoutEmpty(kept);
  return {
    ...unplaced,
    ...(server.namespace === '' ? {} : { namespace: server.namespace }),
    uid: server.uid,
    creationTimestamp: server.creationTimestamp,
  };
}

/**
 * Metadata of an updated object: what clients may not touch comes from the live one. A uid or creation time
 * that was given stays, so that validation can refuse another one.
 */
export function updatedMetadata(given: ObjectMeta, live: ObjectMeta): ObjectMeta {
  const { managedFields: _managedFields, selfLink: _selfLink, ...kept } = withoutEmpty(given);
  for (const field of serverFields) delete kept[field];
  const { uid, creationTimestamp } = live;
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...kept,
    ...owned(live),
  };
}

const serverFields = [
  'name',
  'namespace',
  'resourceVersion',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function owned(live: ObjectMeta): Partial<ObjectMeta> {
  return Object.fromEntries(
    serverFields.filter((field) => live[field] !== undefined).map((field) => [field, live[field]]),
  );
}

/** Empty maps and lists are left out, as the server's own type leaves them out. */
function withoutEmpty(metadata: ObjectMeta): ObjectMeta {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isEmpty(value))) as ObjectMeta;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
