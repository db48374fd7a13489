import type { KubernetesObject } from '../../core/kubernetes-object.ts';
import type { PolicyRule } from './rbac-rules.ts';

const read = 'get list watch';
const write = 'create delete deletecollection patch update';
const readAndWrite = 'create delete deletecollection get list patch update watch';
const rbacGroup = 'rbac.authorization.k8s.io';

/** Rule over resources; words are separated by spaces, the core group is called `core`. */
function allow(verbs: string, groups: string, resources: string): PolicyRule {
  return {
    verbs: verbs.split(' '),
    apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(' '),
  };
}

function allowUrls(urls: string): PolicyRule {
  return { verbs: ['get'], nonResourceURLs: urls.split(' ') };
}

const viewRules: readonly PolicyRule[] = [
  allow(
    read,
    'core',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
  ),
  allow(
    read,
    'core',
    'bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
  ),
  allow(read, 'core', 'namespaces'),
  allow(read, 'core events.k8s.io', 'events'),
  allow(read, 'discovery.k8s.io', 'endpointslices'),
  allow(
    read,
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  ),
  allow(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  allow(read, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  allow(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  allow(read, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
];

const editRules: readonly PolicyRule[] = [
  allow(read, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  allow('impersonate', 'core', 'serviceaccounts'),
  allow(write, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  allow('create', 'core', 'pods/eviction'),
  allow(
    write,
    'core',
    'configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
  ),
  allow('create', 'core', 'serviceaccounts/token'),
  allow(write, 'core events.k8s.io', 'events'),
  allow(
    write,
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
  ),
  allow(write, 'autoscaling', 'horizontalpodautoscalers'),
  allow(write, 'batch', 'cronjobs jobs'),
  allow(write, 'policy', 'poddisruptionbudgets'),
  allow(write, 'networking.k8s.io', 'ingresses networkpolicies'),
  allow(readAndWrite, 'coordination.k8s.io', 'leases'),
];

const adminRules: readonly PolicyRule[] = [
  allow('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
  allow(readAndWrite, rbacGroup, 'rolebindings roles'),
];

/** Rules by ClusterRole, and the groups to which a binding of the same name gives them. */
const plainRoles: readonly (readonly [name: string, rules: readonly PolicyRule[], groups: string])[] = [
  ['cluster-admin', [allow('*', '*', '*'), { verbs: ['*'], nonResourceURLs: ['*'] }], 'system:masters'],
  // Not among the defaults of the API server; the recorded one had it, and clients look for issuers there.
  ['oidc-discovery', [allowUrls('/.well-known /.well-known/*')], 'system:authenticated'],
  [
    'system:auth-delegator',
    [
      allow('create', 'authentication.k8s.io', 'tokenreviews'),
      allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    ],
    '',
  ],
  [
    'system:basic-user',
    [
      allow('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      allow('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
    'system:authenticated',
  ],
  [
    'system:discovery',
    [allowUrls('/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/')],
    'system:authenticated',
  ],
  [
    'system:monitoring',
    [
      allowUrls(
        '/flagz /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/* /statusz',
      ),
      allow('get', 'core', 'nodes/metrics'),
    ],
    'system:monitoring',
  ],
  [
    'system:public-info-viewer',
    [allowUrls('/healthz /livez /readyz /version /version/')],
    'system:authenticated system:unauthenticated',
  ],
  [
    'system:service-account-issuer-discovery',
    [
      allowUrls(
        '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
      ),
    ],
    'system:serviceaccounts',
  ],
];

/** Aggregated roles; `of` is the role whose aggregate each becomes a part of as well. */
const aggregatedRoles: readonly (readonly [name: string, rules: readonly PolicyRule[], of?: string])[] = [
  ['admin', adminRules],
  ['edit', editRules, 'admin'],
  ['view', viewRules, 'edit'],
];

/**
 * ClusterRoles and ClusterRoleBindings that an API server creates when it starts: those that people and
 * clients rely on (the roles of its own controllers are left out, for nothing here runs as one). The rules
 * of `admin`, `edit` and `view` are empty until the aggregation fills them.
 */
export function bootstrapRbac(): {
  readonly clusterRoles: KubernetesObject[];
  readonly clusterRoleBindings: KubernetesObject[];
} {
  const clusterRoles = [
    ...plainRoles.map(([name, rules]) => clusterRole(name, {}, { rules })),
    ...aggregatedRoles.flatMap(([name, rules, of]) => [
      clusterRole(name, of === undefined ? {} : aggregateTo(of), {
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateTo(name) }] },
        rules: null,
      }),
      clusterRole(`system:aggregate-to-${name}`, aggregateTo(name), { rules }),
    ]),
  ];
  const clusterRoleBindings = plainRoles
    .filter(([, , groups]) => groups !== '')
    .map(([name, , groups]) => ({
      apiVersion: `${rbacGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: bootstrapMetadata(name, {}),
      subjects: groups.split(' ').map((group) => ({ kind: 'Group', apiGroup: rbacGroup, name: group })),
      roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
    }));
  return { clusterRoles, clusterRoleBindings };
}

function clusterRole(
  name: string,
  labels: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, unknown>>,
): KubernetesObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRole',
    metadata: bootstrapMetadata(name, labels),
    ...fields,
  };
}

function aggregateTo(name: string): Record<string, string> {
  return { [`rbac.authorization.k8s.io/aggregate-to-${name}`]: 'true' };
}

function bootstrapMetadata(
  name: string,
  labels: Readonly<Record<string, string>>,
): KubernetesObject['metadata'] {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
}
