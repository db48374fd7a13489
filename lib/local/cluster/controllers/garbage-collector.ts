import type { KubernetesObject, OwnerReference } from '../../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../../core/resource-kind.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Definition } from '../registry/definition.ts';
import type { Change } from '../store/change.ts';
import { objectKey, parseStored, type StoredObject } from '../store/stored-object.ts';
import { deleteObject } from '../writes/delete-object.ts';
import { updateObject } from '../writes/update-object.ts';
import { backgroundDeletion } from './background-deletion.ts';
import { writeAs } from './write-as.ts';

const manager = 'kube-controller-manager';
const foreground = 'foregroundDeletion';
const orphan = 'orphan';

type Place = { readonly storage: string; readonly key: string };

/**
 * Follows ownerReferences: what has lost its last owner is deleted, owners that are deleted in the foreground
 * wait for their dependents, and orphaned dependents lose the reference.
 */
export class GarbageCollector {
  readonly #cluster: ClusterState;
  /** Dependents by the uid of an owner. */
  readonly #dependents = new Map<string, Map<string, Place>>();
  readonly #queue = new Map<string, () => void>();
  #scheduled = false;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  start(): () => void {
    for (const { storage, object } of this.#cluster.store.all()) {
      this.#index(storage, undefined, object);
      this.#consider(storage, object);
    }
    return this.#cluster.store.subscribeAll((change) => this.#follow(change));
  }

  #follow(change: Change): void {
    const { storage, before, after } = change;
    this.#index(storage, before, change.type === 'deleted' ? undefined : after);
    if (change.type === 'deleted') {
      for (const place of this.#dependents.get(after.uid)?.values() ?? []) this.#enqueueDependent(place);
      // The owner may be waiting for this one.
      for (const owner of ownersOf(after)) this.#enqueueOwner(after, owner);
      return;
    }
    this.#consider(storage, after);
  }

  #consider(storage: string, object: StoredObject): void {
    const { finalizers = [], deletionTimestamp } = parseStored(object).metadata;
    const place = { storage, key: object.key };
    if (ownersOf(object).length > 0) this.#enqueueDependent(place);
    if (deletionTimestamp === undefined) return;
    if (finalizers.includes(foreground) || finalizers.includes(orphan)) {
      this.#enqueue(`owner ${storage} ${object.key}`, () => this.#release(place));
    }
  }

  /** Keeps the index of dependents; events never have owners, which spares parsing the bulk of writes. */
  #index(storage: string, before: StoredObject | undefined, after: StoredObject | undefined): void {
    if (storage === 'events') return;
    const id = `${storage} ${(after ?? before)?.key}`;
    for (const owner of before === undefined ? [] : ownersOf(before)) {
      const known = this.#dependents.get(owner.uid);
      known?.delete(id);
      if (known?.size === 0) this.#dependents.delete(owner.uid);
    }
    for (const owner of after === undefined ? [] : ownersOf(after)) {
      const known = this.#dependents.get(owner.uid) ?? new Map<string, Place>();
      known.set(id, { storage, key: after?.key ?? '' });
      this.#dependents.set(owner.uid, known);
    }
  }

  #enqueueDependent(place: Place): void {
    this.#enqueue(`dependent ${place.storage} ${place.key}`, () => this.#collect(place));
  }

  #enqueueOwner(dependent: StoredObject, owner: OwnerReference): void {
    const found = this.#find(dependent.namespace, owner);
    if (found === undefined) return;
    this.#consider(found.definition.storage, found.stored);
  }

  #enqueue(id: string, work: () => void): void {
    this.#queue.set(id, work);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#cluster.work.later(() => {
      this.#scheduled = false;
      const due = [...this.#queue.values()];
      this.#queue.clear();
      for (const each of due) each();
    });
  }

  /** Deletes an object whose owners are all gone. */
  #collect(place: Place): void {
    const stored = this.#cluster.store.get(place.storage, place.key);
    const definition = this.#definitionOf(place.storage);
    if (stored === undefined || definition === undefined) return;
    if (parseStored(stored).metadata.deletionTimestamp !== undefined) return;
    const owners = ownersOf(stored);
    if (owners.length === 0) return;
    if (owners.some((owner) => this.#mayExist(stored.namespace, owner))) return;
    deleteObject(this.#cluster, definition, stored, backgroundDeletion);
  }

  /** Does what the propagation finalizer of an owner in deletion waits for. */
  #release(place: Place): void {
    const stored = this.#cluster.store.get(place.storage, place.key);
    if (stored === undefined) return;
    const { finalizers = [] } = parseStored(stored).metadata;
    const dependents = [...(this.#dependents.get(stored.uid)?.values() ?? [])];
    if (finalizers.includes(orphan)) {
      for (const dependent of dependents) this.#disown(dependent, stored.uid);
      this.#removeFinalizer(place, orphan);
      return;
    }
    if (!finalizers.includes(foreground)) return;
    const blocking = dependents.filter((dependent) => this.#deleteBlocking(dependent, stored.uid));
    if (blocking.length === 0) this.#removeFinalizer(place, foreground);
  }

  /** Deletes a dependent; true where its owner must wait for it. */
  #deleteBlocking(place: Place, ownerUid: string): boolean {
    const stored = this.#cluster.store.get(place.storage, place.key);
    const definition = this.#definitionOf(place.storage);
    if (stored === undefined || definition === undefined) return false;
    const reference = ownersOf(stored).find((owner) => owner.uid === ownerUid);
    if (parseStored(stored).metadata.deletionTimestamp === undefined) {
      deleteObject(this.#cluster, definition, stored, {
        ...backgroundDeletion,
        propagationPolicy: 'Foreground',
      });
    }
    return (
      reference?.blockOwnerDeletion === true &&
      this.#cluster.store.get(place.storage, place.key) !== undefined
    );
  }

  #disown(place: Place, ownerUid: string): void {
    this.#rewrite(place, ({ ownerReferences = [], ...metadata }) => {
      const others = ownerReferences.filter((owner) => owner.uid !== ownerUid);
      return others.length === 0 ? metadata : { ...metadata, ownerReferences: others };
    });
  }

  #removeFinalizer(place: Place, finalizer: string): void {
    this.#rewrite(place, ({ finalizers = [], ...metadata }) => {
      const others = finalizers.filter((known) => known !== finalizer);
      return others.length === 0 ? metadata : { ...metadata, finalizers: others };
    });
  }

  #rewrite(
    place: Place,
    change: (metadata: KubernetesObject['metadata']) => KubernetesObject['metadata'],
  ): void {
    const stored = this.#cluster.store.get(place.storage, place.key);
    const definition = this.#definitionOf(place.storage);
    if (stored === undefined || definition === undefined) return;
    const live = parseStored(stored) as KubernetesObject;
    updateObject(this.#cluster, definition, stored, {
      object: { ...live, metadata: change(live.metadata) },
      subresource: '',
      options: writeAs(manager),
    });
  }

  /** An owner of a kind that is not served cannot be looked up, so its dependents stay. */
  #mayExist(namespace: string, owner: OwnerReference): boolean {
    const served = this.#cluster.registry
      .all()
      .some((known) => known.kind === owner.kind && apiVersionOf(known) === owner.apiVersion);
    return !served || this.#find(namespace, owner)?.stored.uid === owner.uid;
  }

  #find(
    namespace: string,
    owner: OwnerReference,
  ): { readonly definition: Definition; readonly stored: StoredObject } | undefined {
    const definition = this.#cluster.registry
      .all()
      .find((known) => known.kind === owner.kind && apiVersionOf(known) === owner.apiVersion);
    if (definition === undefined) return undefined;
    const key = objectKey(definition.namespaced ? namespace : '', owner.name);
    const stored = this.#cluster.store.get(definition.storage, key);
    return stored === undefined ? undefined : { definition, stored };
  }

  #definitionOf(storage: string): Definition | undefined {
    return this.#cluster.registry
      .all()
      .find((known) => known.storage === storage && known.conversion === undefined);
  }
}

function ownersOf(stored: StoredObject): readonly OwnerReference[] {
  if (!stored.isOwned) return [];
  return parseStored(stored).metadata.ownerReferences ?? [];
}
