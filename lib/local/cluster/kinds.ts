import { createHash } from 'node:crypto';

import type { ResourceKind } from '../../core/resource-kind.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A subresource as discovery shows it; `group` and `version` only where they differ from its resource's. */
export type ServedSubresource = {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly Verb[];
  readonly group?: string;
  readonly version?: string;
};

/** A resource as discovery shows it, with everything that the API double needs to serve it. */
export type ServedResource = ResourceKind & {
  readonly singular: string;
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly ServedSubresource[];
  /** Absent for resources that are never stored, such as reviews. */
  readonly storageVersionHash?: string;
};

/** Discovery's `storageVersionHash`: the first eight bytes of SHA-256 over `group/version/kind`, in base64. */
export function storageVersionHash(storage: Pick<ResourceKind, 'group' | 'version' | 'kind'>): string {
  return createHash('sha256')
    .update(`${storage.group}/${storage.version}/${storage.kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
}

const stored: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const virtual: readonly Verb[] = ['create'];
const changeable: readonly Verb[] = ['get', 'patch', 'update'];
const proxied: readonly Verb[] = ['create', 'delete', 'get', 'patch', 'update'];
const streamed: readonly Verb[] = ['create', 'get'];

const status = (kind: string): ServedSubresource => ({ name: 'status', kind, verbs: changeable });
const scale: ServedSubresource = {
  name: 'scale',
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  verbs: changeable,
};

type Declared = {
  readonly scope?: 'Cluster';
  readonly singular?: string;
  readonly verbs?: readonly Verb[];
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly ServedSubresource[];
  readonly storage?: Pick<ResourceKind, 'group' | 'version' | 'kind'>;
};

/** Resources of one group version, from `plural: [kind, rest]`; the singular defaults to the lower-case kind. */
function served(
  group: string,
  version: string,
  resources: Readonly<Record<string, readonly [kind: string, declared?: Declared]>>,
): ServedResource[] {
  return Object.entries(resources).map(([resource, [kind, declared = {}]]) => {
    const verbs = declared.verbs ?? stored;
    return {
      group,
      version,
      resource,
      kind,
      singular: declared.singular ?? kind.toLowerCase(),
      namespaced: declared.scope !== 'Cluster',
      verbs,
      shortNames: declared.short ?? [],
      categories: declared.categories ?? [],
      subresources: declared.subresources ?? [],
      ...(verbs.includes('watch')
        ? { storageVersionHash: storageVersionHash(declared.storage ?? { group, version, kind }) }
        : {}),
    };
  });
}

const all = ['all'];
const apiExtensions = ['api-extensions'];

/**
 * Every built-in resource that the API double serves, in the order in which a 1.36 API server lists groups
 * and resources: group versions by priority, resources by name.
 */
export const builtInKinds: readonly ServedResource[] = [
  ...served('', 'v1', {
    bindings: ['Binding', { verbs: virtual }],
    configmaps: ['ConfigMap', { short: ['cm'] }],
    endpoints: ['Endpoints', { short: ['ep'] }],
    events: ['Event', { short: ['ev'] }],
    limitranges: ['LimitRange', { short: ['limits'] }],
    namespaces: [
      'Namespace',
      {
        scope: 'Cluster',
        short: ['ns'],
        verbs: stored.filter((verb) => verb !== 'deletecollection'),
        subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }, status('Namespace')],
      },
    ],
    nodes: [
      'Node',
      {
        scope: 'Cluster',
        short: ['no'],
        subresources: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: proxied }, status('Node')],
      },
    ],
    persistentvolumeclaims: [
      'PersistentVolumeClaim',
      { short: ['pvc'], subresources: [status('PersistentVolumeClaim')] },
    ],
    persistentvolumes: [
      'PersistentVolume',
      { scope: 'Cluster', short: ['pv'], subresources: [status('PersistentVolume')] },
    ],
    pods: [
      'Pod',
      {
        short: ['po'],
        categories: all,
        subresources: [
          { name: 'attach', kind: 'PodAttachOptions', verbs: streamed },
          { name: 'binding', kind: 'Binding', verbs: virtual },
          { name: 'ephemeralcontainers', kind: 'Pod', verbs: changeable },
          { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: virtual },
          { name: 'exec', kind: 'PodExecOptions', verbs: streamed },
          { name: 'log', kind: 'Pod', verbs: ['get'] },
          { name: 'portforward', kind: 'PodPortForwardOptions', verbs: streamed },
          { name: 'proxy', kind: 'PodProxyOptions', verbs: proxied },
          { name: 'resize', kind: 'Pod', verbs: changeable },
          status('Pod'),
        ],
      },
    ],
    podtemplates: ['PodTemplate'],
    replicationcontrollers: [
      'ReplicationController',
      { short: ['rc'], categories: all, subresources: [scale, status('ReplicationController')] },
    ],
    resourcequotas: ['ResourceQuota', { short: ['quota'], subresources: [status('ResourceQuota')] }],
    secrets: ['Secret'],
    serviceaccounts: [
      'ServiceAccount',
      {
        short: ['sa'],
        subresources: [
          {
            name: 'token',
            group: 'authentication.k8s.io',
            version: 'v1',
            kind: 'TokenRequest',
            verbs: virtual,
          },
        ],
      },
    ],
    services: [
      'Service',
      {
        short: ['svc'],
        categories: all,
        subresources: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: proxied }, status('Service')],
      },
    ],
  }),
  ...served('apiregistration.k8s.io', 'v1', {
    apiservices: [
      'APIService',
      { scope: 'Cluster', categories: apiExtensions, subresources: [status('APIService')] },
    ],
  }),
  ...served('apps', 'v1', {
    controllerrevisions: ['ControllerRevision'],
    daemonsets: ['DaemonSet', { short: ['ds'], categories: all, subresources: [status('DaemonSet')] }],
    deployments: [
      'Deployment',
      { short: ['deploy'], categories: all, subresources: [scale, status('Deployment')] },
    ],
    replicasets: [
      'ReplicaSet',
      { short: ['rs'], categories: all, subresources: [scale, status('ReplicaSet')] },
    ],
    statefulsets: [
      'StatefulSet',
      { short: ['sts'], categories: all, subresources: [scale, status('StatefulSet')] },
    ],
  }),
  ...served('events.k8s.io', 'v1', {
    events: ['Event', { short: ['ev'], storage: { group: '', version: 'v1', kind: 'Event' } }],
  }),
  ...served('authentication.k8s.io', 'v1', {
    selfsubjectreviews: ['SelfSubjectReview', { scope: 'Cluster', verbs: virtual }],
    tokenreviews: ['TokenReview', { scope: 'Cluster', verbs: virtual }],
  }),
  ...served('authorization.k8s.io', 'v1', {
    localsubjectaccessreviews: ['LocalSubjectAccessReview', { verbs: virtual }],
    selfsubjectaccessreviews: ['SelfSubjectAccessReview', { scope: 'Cluster', verbs: virtual }],
    selfsubjectrulesreviews: ['SelfSubjectRulesReview', { scope: 'Cluster', verbs: virtual }],
    subjectaccessreviews: ['SubjectAccessReview', { scope: 'Cluster', verbs: virtual }],
  }),
  ...['v2', 'v1'].flatMap((version) =>
    served('autoscaling', version, {
      horizontalpodautoscalers: [
        'HorizontalPodAutoscaler',
        {
          short: ['hpa'],
          categories: all,
          subresources: [status('HorizontalPodAutoscaler')],
          storage: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
        },
      ],
    }),
  ),
  ...served('batch', 'v1', {
    cronjobs: ['CronJob', { short: ['cj'], categories: all, subresources: [status('CronJob')] }],
    jobs: ['Job', { categories: all, subresources: [status('Job')] }],
  }),
  ...served('certificates.k8s.io', 'v1', {
    certificatesigningrequests: [
      'CertificateSigningRequest',
      {
        scope: 'Cluster',
        short: ['csr'],
        subresources: [
          { name: 'approval', kind: 'CertificateSigningRequest', verbs: changeable },
          status('CertificateSigningRequest'),
        ],
      },
    ],
  }),
  ...served('networking.k8s.io', 'v1', {
    ingressclasses: ['IngressClass', { scope: 'Cluster' }],
    ingresses: ['Ingress', { short: ['ing'], subresources: [status('Ingress')] }],
    ipaddresses: ['IPAddress', { scope: 'Cluster', short: ['ip'] }],
    networkpolicies: ['NetworkPolicy', { short: ['netpol'] }],
    servicecidrs: ['ServiceCIDR', { scope: 'Cluster', subresources: [status('ServiceCIDR')] }],
  }),
  ...served('policy', 'v1', {
    poddisruptionbudgets: [
      'PodDisruptionBudget',
      { short: ['pdb'], subresources: [status('PodDisruptionBudget')] },
    ],
  }),
  ...served('rbac.authorization.k8s.io', 'v1', {
    clusterrolebindings: ['ClusterRoleBinding', { scope: 'Cluster' }],
    clusterroles: ['ClusterRole', { scope: 'Cluster' }],
    rolebindings: ['RoleBinding'],
    roles: ['Role'],
  }),
  ...served('storage.k8s.io', 'v1', {
    csidrivers: ['CSIDriver', { scope: 'Cluster' }],
    csinodes: ['CSINode', { scope: 'Cluster' }],
    csistoragecapacities: ['CSIStorageCapacity'],
    storageclasses: ['StorageClass', { scope: 'Cluster', short: ['sc'] }],
    volumeattachments: ['VolumeAttachment', { scope: 'Cluster', subresources: [status('VolumeAttachment')] }],
    volumeattributesclasses: ['VolumeAttributesClass', { scope: 'Cluster', short: ['vac'] }],
  }),
  ...served('admissionregistration.k8s.io', 'v1', {
    mutatingwebhookconfigurations: [
      'MutatingWebhookConfiguration',
      { scope: 'Cluster', categories: apiExtensions },
    ],
    validatingadmissionpolicies: [
      'ValidatingAdmissionPolicy',
      {
        scope: 'Cluster',
        categories: apiExtensions,
        subresources: [status('ValidatingAdmissionPolicy')],
      },
    ],
    validatingadmissionpolicybindings: [
      'ValidatingAdmissionPolicyBinding',
      { scope: 'Cluster', categories: apiExtensions },
    ],
    validatingwebhookconfigurations: [
      'ValidatingWebhookConfiguration',
      { scope: 'Cluster', categories: apiExtensions },
    ],
  }),
  ...served('apiextensions.k8s.io', 'v1', {
    customresourcedefinitions: [
      'CustomResourceDefinition',
      {
        scope: 'Cluster',
        short: ['crd', 'crds'],
        // Stored as v1beta1 for good in real clusters, which the hash shows.
        storage: { group: 'apiextensions.k8s.io', version: 'v1beta1', kind: 'CustomResourceDefinition' },
        categories: apiExtensions,
        subresources: [status('CustomResourceDefinition')],
      },
    ],
  }),
  ...served('scheduling.k8s.io', 'v1', {
    priorityclasses: ['PriorityClass', { scope: 'Cluster', short: ['pc'] }],
  }),
  ...served('coordination.k8s.io', 'v1', { leases: ['Lease'] }),
  ...served('node.k8s.io', 'v1', { runtimeclasses: ['RuntimeClass', { scope: 'Cluster' }] }),
  ...served('discovery.k8s.io', 'v1', { endpointslices: ['EndpointSlice'] }),
  ...served('flowcontrol.apiserver.k8s.io', 'v1', {
    flowschemas: ['FlowSchema', { scope: 'Cluster', subresources: [status('FlowSchema')] }],
    prioritylevelconfigurations: [
      'PriorityLevelConfiguration',
      { scope: 'Cluster', subresources: [status('PriorityLevelConfiguration')] },
    ],
  }),
];
