import type { KubernetesObject } from '../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../core/resource-kind.ts';
import { bootstrapRbac } from './bootstrap-rbac.ts';
import type { ClusterState } from './cluster-state.ts';
import { writeAs } from './controllers/write-as.ts';
import { objectKey } from './store/stored-object.ts';
import { createObject } from './writes/create-object.ts';

const systemNamespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];

/** Creates what an API server creates by itself when it starts, as far as it is not stored yet. */
export function bootstrapCluster(cluster: ClusterState): void {
  const { clusterRoles, clusterRoleBindings } = bootstrapRbac();
  const namespaces = systemNamespaces.map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  for (const object of [...namespaces, ...clusterRoles, ...clusterRoleBindings]) ensure(cluster, object);
}

function ensure(cluster: ClusterState, object: KubernetesObject): void {
  const definition = cluster.registry
    .all()
    .find((known) => known.kind === object.kind && apiVersionOf(known) === object.apiVersion);
  if (definition === undefined) {
    throw new Error(`Cannot create ${object.kind}: ${object.apiVersion} is not served`);
  }
  const { namespace = '', name = '' } = object.metadata;
  if (cluster.store.get(definition.storage, objectKey(namespace, name)) !== undefined) return;
  createObject(cluster, definition, { object, namespace, options: writeAs('kube-apiserver') });
}
