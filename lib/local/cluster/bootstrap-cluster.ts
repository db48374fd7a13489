import type { KubernetesObject } from '../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../core/resource-kind.ts';
import { bootstrapRbac } from './bootstrap-rbac.ts';
import type { ClusterState } from './cluster-state.ts';
import { writeAs } from './controllers/write-as.ts';
import { objectKey } from './store/stored-object.ts';
import { createObject } from './writes/create-object.ts';

const systemNamespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default'];

const priorityClasses: readonly KubernetesObject[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

/** Under which pods find the API server. */
const apiService: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  },
  spec: {
    clusterIP: '10.96.0.1',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
  },
};

/** Creates what an API server creates by itself when it starts, as far as it is not stored yet. */
export function bootstrapCluster(cluster: ClusterState): void {
  const { clusterRoles, clusterRoleBindings } = bootstrapRbac();
  const namespaces = systemNamespaces.map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  for (const object of [
    ...namespaces,
    ...clusterRoles,
    ...clusterRoleBindings,
    ...priorityClasses,
    apiService,
  ]) {
    ensure(cluster, object);
  }
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
