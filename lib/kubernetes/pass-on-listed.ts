import type { KubernetesObject } from '../core/kubernetes-object.ts';
import { identityOf, type ReflectorParts } from './reflector-parts.ts';

/** What a list has brought so far. */
export type ListCounts = { count: number; changed: number };

/**
 * Passes on one object of a list if it is news, and marks it as seen by this list.
 * @param item.bytes of the object as received; `atMost` never less than that
 */
export function passOnListed(
  { options, known }: ReflectorParts,
  item: {
    readonly object: KubernetesObject;
    /** `metadata` marks it only: others find what is missing. */
    readonly content: 'full' | 'metadata';
    readonly bytes: number;
    readonly atMostBytes: number;
  },
  counts: ListCounts,
): void | Promise<void> {
  const identity = identityOf(item.object);
  const slot = known.find(identity.namespace, identity.name);
  counts.count += 1;
  const isSame = slot !== undefined && known.hasUid(slot, identity.uid);
  if (isSame && known.resourceVersion(slot) === identity.resourceVersion) {
    known.set(identity, slot);
    return undefined;
  }
  counts.changed += 1;
  const replacedUid = slot === undefined || isSame ? undefined : known.entry(slot).uid;
  known.set(identity, slot);
  const upsert = (): void | Promise<void> =>
    item.content === 'full'
      ? options.emit({
          kind: 'upserted',
          object: item.object,
          cause: 'listed',
          isFirst: !isSame,
          receivedBytes: item.bytes,
          atMostBytes: item.atMostBytes,
        })
      : undefined;
  if (replacedUid === undefined) return upsert();
  // Another object took its place: its end is told under the version of what is there now.
  return afterwards(options.emit({ kind: 'gone', identity: { ...identity, uid: replacedUid } }), upsert);
}

async function afterwards(first: void | Promise<void>, second: () => void | Promise<void>): Promise<void> {
  await first;
  await second();
}
