import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { indexRbac, type RbacIndex } from '../rbac.ts';
import type { RevisionStore } from '../store/revision-store.ts';
import { parseStored } from '../store/stored-object.ts';

const group = 'rbac.authorization.k8s.io';

/** The index of all stored RBAC objects, built anew after one of them has changed. */
export class RbacCache {
  readonly #store: RevisionStore;
  #index: RbacIndex | undefined;

  constructor(store: RevisionStore) {
    this.#store = store;
    for (const resource of ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings']) {
      store.subscribe(`${group}/${resource}`, () => {
        this.#index = undefined;
      });
    }
  }

  get index(): RbacIndex {
    this.#index ??= indexRbac({
      roles: this.#all('roles'),
      clusterRoles: this.#all('clusterroles'),
      roleBindings: this.#all('rolebindings'),
      clusterRoleBindings: this.#all('clusterrolebindings'),
    });
    return this.#index;
  }

  #all(resource: string): KubernetesObject[] {
    const { items } = this.#store.list(`${group}/${resource}`, {
      prefix: '',
      startKey: '',
      revision: this.#store.revision,
      limit: 0,
      matches: () => true,
    });
    return items.map(parseStored) as KubernetesObject[];
  }
}
