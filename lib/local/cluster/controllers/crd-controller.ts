import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import { acceptNames } from '../registry/accept-names.ts';
import {
  type CustomResourceDefinition,
  cleanupFinalizer,
  customDefinitions,
  customStorage,
} from '../registry/custom-definitions.ts';
import type { Definition } from '../registry/definition.ts';
import { parseStored } from '../store/stored-object.ts';
import { deleteObject } from '../writes/delete-object.ts';
import { timestamp } from '../writes/timestamp.ts';
import { updateObject } from '../writes/update-object.ts';
import { backgroundDeletion } from './background-deletion.ts';
import { everyObject } from './every-object.ts';
import { writeAs } from './write-as.ts';

const crdStorage = 'apiextensions.k8s.io/customresourcedefinitions';

/**
 * What the API server does about CustomResourceDefinitions: accepts their names, establishes them, serves
 * their versions, and deletes the instances before one goes.
 */
export class CrdController {
  readonly #cluster: ClusterState;
  readonly #definition: Definition;
  /** What each served definition said when it was last looked at. */
  readonly #served = new Map<string, string>();

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
    const definition = cluster.registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
    if (definition === undefined) throw new Error('Cannot watch CRDs: their kind is not served');
    this.#definition = definition;
  }

  /** Serves what is stored and follows every change from now on. */
  start(): () => void {
    for (const { name } of everyObject(this.#cluster.store, crdStorage)) this.#sync(name);
    return this.#cluster.store.subscribe(crdStorage, (change) => {
      if (change.type === 'deleted') this.#unserve(asCrd(parseStored(change.after)));
      // A definition is served a moment after the answer to its creation, as with a real server.
      else this.#cluster.work.later(() => this.#sync(change.after.name));
    });
  }

  #sync(name: string): void {
    const stored = this.#cluster.store.get(crdStorage, name);
    if (stored === undefined) return;
    const crd = asCrd(parseStored(stored));
    if (crd.metadata.deletionTimestamp !== undefined) {
      this.#cleanUp(crd);
      return;
    }
    // A changed status comes back here.
    if (this.#updateNames(name)) return;
    if (!isEstablished(crd)) return;
    this.#cluster.registry.setCustom(name, customDefinitions(crd));
    const served = JSON.stringify([crd.spec, crd.status?.acceptedNames]);
    const before = this.#served.get(name);
    this.#served.set(name, served);
    // A changed definition tears its storage down: every watch on it ends, and clients list again.
    if (before !== undefined && before !== served) {
      this.#cluster.watches.close('end', customStorage(crd.spec));
    }
  }

  /** Accepts the names that are free, and establishes a definition that got all; true where that is news. */
  #updateNames(name: string): boolean {
    const { store } = this.#cluster;
    const stored = store.get(crdStorage, name);
    if (stored === undefined) return false;
    const live = parseStored(stored) as KubernetesObject;
    const crd = asCrd(live);
    const others = everyObject(store, crdStorage).map((other) => asCrd(parseStored(other)));
    const { names, conflict } = acceptNames(crd, others);
    const at = timestamp(this.#cluster.now());
    const established = (crd.status?.conditions ?? []).find(({ type }) => type === 'Established');
    const conditions = [
      conflict === undefined
        ? condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found')
        : condition('NamesAccepted', 'False', conflict.reason, conflict.message),
      established?.status === 'True'
        ? established
        : conflict === undefined
          ? condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted')
          : condition('Established', 'False', 'NotAccepted', 'not all names are accepted'),
    ].map((next) => {
      const known = crd.status?.conditions?.find(({ type }) => type === next.type);
      const same = known?.status === next.status;
      return { ...next, lastTransitionTime: (same ? known?.lastTransitionTime : undefined) ?? at };
    });
    const answer = updateObject(this.#cluster, this.#definition, stored, {
      object: { ...live, status: { ...(live['status'] as object), conditions, acceptedNames: names } },
      subresource: 'status',
      options: writeAs('kube-apiserver'),
    });
    return answer.kind === 'stored' && answer.stored !== stored;
  }

  /** Deletes the instances; once none is left, the definition loses the finalizer that held it. */
  #cleanUp(crd: CustomResourceDefinition): void {
    const { store, registry } = this.#cluster;
    const storage = customStorage(crd.spec);
    const definition = registry.all().find((known) => known.storage === storage);
    const instances = everyObject(store, storage);
    if (definition !== undefined && instances.length > 0) {
      for (const instance of instances) {
        deleteObject(this.#cluster, definition, instance, backgroundDeletion);
      }
      if (store.count(storage) > 0) {
        this.#retryWhenEmpty(storage, crd.metadata.name);
        return;
      }
    }
    const stored = store.get(crdStorage, crd.metadata.name);
    if (stored === undefined) return;
    const live = parseStored(stored) as KubernetesObject;
    const finalizers = (live.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
    updateObject(this.#cluster, this.#definition, stored, {
      object: { ...live, metadata: { ...live.metadata, finalizers } },
      subresource: '',
      options: writeAs('kube-apiserver'),
    });
  }

  #retryWhenEmpty(storage: string, name: string): void {
    const release = this.#cluster.store.subscribe(storage, () => {
      if (this.#cluster.store.count(storage) > 0) return;
      release();
      this.#cluster.work.later(() => this.#sync(name));
    });
  }

  #unserve(crd: CustomResourceDefinition): void {
    this.#cluster.registry.setCustom(crd.metadata.name, []);
    this.#served.delete(crd.metadata.name);
    this.#cluster.watches.close('end', customStorage(crd.spec));
    // Its names are free for others now.
    for (const { name } of everyObject(this.#cluster.store, crdStorage)) {
      this.#cluster.work.later(() => this.#sync(name));
    }
  }
}

function condition(type: string, status: 'True' | 'False', reason: string, message: string) {
  return { type, status, reason, message };
}

function asCrd(object: Readonly<KubernetesObject>): CustomResourceDefinition {
  return object as unknown as CustomResourceDefinition;
}

function isEstablished(crd: CustomResourceDefinition): boolean {
  return (crd.status?.conditions ?? []).some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  );
}
