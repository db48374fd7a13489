import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Definition } from '../registry/definition.ts';
import { particularStrategies } from './particular.ts';

type Spec = Readonly<Record<string, unknown>>;

/** What the rules of a resource say to an object with this spec, as decoding completes it. */
function problemsOf(storage: string, spec: Spec, before?: Spec): string[] {
  const strategy = particularStrategies[storage];
  const complete = (of: Spec): KubernetesObject => {
    const object = { apiVersion: 'v1', kind: 'Any', metadata: { name: 'any' }, spec: of };
    return strategy?.defaults?.(object) ?? object;
  };
  const live = before === undefined ? undefined : complete(before);
  const problems = strategy?.validate?.(complete(spec), live, {} as Definition) ?? [];
  return problems.map(({ field, message }) => `${field}: ${message}`);
}

const labels = { app: 'web' };
const container = { name: 'web', image: 'web:1' };
const template = (pod: Spec = {}) => ({
  metadata: { labels },
  spec: { containers: [container], ...pod },
});
const workload = (more: Spec = {}) => ({
  selector: { matchLabels: labels },
  template: template(),
  ...more,
});
const pod = (more: Spec) => ({ containers: [{ ...container, ...more }] });
const inTemplate = 'spec.template.spec';

describe('what is right has no problems', () => {
  it.each([
    ['apps/deployments', workload({ strategy: { type: 'Recreate' } })],
    ['apps/replicasets', workload({ selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } })],
    ['apps/daemonsets', workload({ updateStrategy: { type: 'OnDelete' } })],
    [
      'apps/statefulsets',
      workload({
        serviceName: 'web',
        template: template({
          containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
        }),
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }],
      }),
    ],
    ['replicationcontrollers', { template: template() }],
    ['batch/jobs', { template: template({ restartPolicy: 'Never' }) }],
    [
      'batch/cronjobs',
      {
        schedule: '*/5 * * * *',
        jobTemplate: { spec: { template: template({ restartPolicy: 'OnFailure' }) } },
      },
    ],
    ['services', { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 'http', nodePort: 30_080 }] }],
    ['services', { type: 'ExternalName', externalName: 'db.example.com.' }],
    ['services', { clusterIP: 'None' }],
    ['policy/poddisruptionbudgets', { minAvailable: '50%', selector: { matchLabels: labels } }],
    [
      'autoscaling/horizontalpodautoscalers',
      { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    ],
    ['networking.k8s.io/networkpolicies', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }],
    [
      'networking.k8s.io/ingresses',
      {
        rules: [
          {
            host: 'example.com',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    ],
    ['coordination.k8s.io/leases', { leaseDurationSeconds: 15, leaseTransitions: 0 }],
    [
      'persistentvolumeclaims',
      { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    ],
    ['resourcequotas', { hard: { pods: '0' } }],
    [
      'pods',
      {
        volumes: [{ name: 'config', configMap: { name: 'web' } }],
        initContainers: [
          {
            name: 'first',
            image: 'web:1',
            restartPolicy: 'Always',
            startupProbe: { exec: { command: ['true'] } },
          },
        ],
        containers: [
          {
            ...container,
            ports: [{ name: 'http', containerPort: 80 }],
            env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            volumeMounts: [{ name: 'config', mountPath: '/etc/web' }],
            resources: { requests: { cpu: '500m' }, limits: { cpu: '0.5' } },
            livenessProbe: { httpGet: { path: '/', port: 'http' } },
            lifecycle: { preStop: { sleep: { seconds: 5 } } },
          },
        ],
      },
    ],
  ])('%s', (storage, spec) => expect(problemsOf(storage, spec)).toEqual([]));
});

describe('workloads', () => {
  const mismatch =
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`';
  it.each<[storage: string, more: Spec, ...expected: string[]]>([
    ['apps/deployments', { selector: null }, 'spec.selector: Required value', mismatch],
    [
      'apps/deployments',
      { selector: {} },
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
    ['apps/deployments', { selector: { matchLabels: { app: 'other' } } }, mismatch],
    [
      'apps/deployments',
      { selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } },
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      mismatch,
    ],
    [
      'apps/deployments',
      { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } },
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'apps/deployments',
      { strategy: { type: 'Slow' } },
      'spec.strategy: Unsupported value: {"Type":"Slow","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
    ],
    [
      'apps/deployments',
      { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
    [
      'apps/deployments',
      { strategy: { rollingUpdate: { maxSurge: 'x', maxUnavailable: '101%' } } },
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"x\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ],
    [
      'apps/deployments',
      { progressDeadlineSeconds: 5, minReadySeconds: 5 },
      'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds',
    ],
    [
      'apps/deployments',
      { template: template({ restartPolicy: 'Never', activeDeadlineSeconds: 5 }) },
      `${inTemplate}.restartPolicy: Unsupported value: "Never": supported values: "Always"`,
      `${inTemplate}.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported`,
    ],
    [
      'apps/replicasets',
      { replicas: -1 },
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'apps/daemonsets',
      { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
      'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
    ],
    [
      'apps/daemonsets',
      { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
    ],
    [
      'apps/statefulsets',
      { podManagementPolicy: 'Any', updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } },
      "spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'",
      'spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy \'RollingUpdate\'',
    ],
    ['replicationcontrollers', { selector: { app: 'other' } }, mismatch],
  ])('%s %j', (storage, more, ...expected) => {
    expect(problemsOf(storage, workload(more))).toEqual(expected);
  });

  it('keep their selector, and StatefulSets more than that', () => {
    const other = workload({
      selector: { matchLabels: { app: 'other' } },
      template: { ...template(), metadata: { labels: { app: 'other' } } },
    });
    const changed = 'spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable';
    expect(problemsOf('apps/deployments', other, workload())).toEqual([changed]);
    expect(problemsOf('apps/daemonsets', other, workload())).toEqual([changed]);
    expect(problemsOf('apps/statefulsets', workload({ replicas: 3 }), workload())).toEqual([]);
    expect(problemsOf('apps/statefulsets', workload({ serviceName: 'b' }), workload())).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
  });
});

describe('Jobs', () => {
  const needed = 'Required value: valid values: "OnFailure", "Never"';
  const job = (more: Spec) => ({ template: template({ restartPolicy: 'Never' }), ...more });

  it('say what becomes of their pods', () => {
    expect(problemsOf('batch/jobs', { template: template() })).toEqual([
      `${inTemplate}.restartPolicy: ${needed}`,
    ]);
    expect(
      problemsOf('batch/cronjobs', { schedule: 'now', jobTemplate: { spec: { template: template() } } }),
    ).toEqual([
      'spec.schedule: Invalid value: "now": expected exactly 5 fields, found 1: [now]',
      `spec.jobTemplate.${inTemplate}.restartPolicy: ${needed}`,
    ]);
  });

  it('that are counted by index need a number', () => {
    expect(problemsOf('batch/jobs', job({ completionMode: 'Indexed', parallelism: 2 }))).toEqual([
      'spec.completions: Required value: when completion mode is Indexed',
    ]);
  });

  it('change their template only while they are suspended, and their number only by index', () => {
    const other = job({ completions: 5, template: template({ restartPolicy: 'OnFailure' }) });
    const fields = (before: Spec) =>
      problemsOf('batch/jobs', other, before).map((text) => text.split(':', 1)[0]);
    expect(fields(job({ completions: 2 }))).toEqual(['spec.completions', 'spec.template']);
    expect(fields(job({ completions: 5, suspend: true }))).toEqual([]);
    const indexed = (size: number) =>
      job({ completionMode: 'Indexed', completions: size, parallelism: size });
    expect(problemsOf('batch/jobs', indexed(3), indexed(2))).toEqual([]);
  });
});

describe('Services', () => {
  it.each<[spec: Spec, ...expected: string[]]>([
    [{}, 'spec.ports: Required value'],
    [
      { ports: [{ port: 0 }, { port: 1, name: 'A' }] },
      'spec.ports[0].name: Required value',
      'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
      "spec.ports[1].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
    [
      { type: 'Any', ports: [{ port: 1, protocol: 'HTTP', targetPort: 'a--b' }] },
      'spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
      'spec.ports[0].targetPort: Invalid value: "a--b": must not contain consecutive hyphens',
      'spec.type: Unsupported value: "Any": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    [
      { ports: [{ port: 1, nodePort: 30_000 }] },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] },
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
    [
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'a', port: 1 },
        ],
      },
      'spec.ports[1].name: Duplicate value: "a"',
      'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":1,"TargetPort":0,"NodePort":0}',
    ],
    [{ type: 'ExternalName' }, 'spec.externalName: Required value'],
    [
      { type: 'NodePort', clusterIP: 'None', ports: [{ port: 1 }] },
      'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services',
    ],
    [
      { ports: [{ port: 1 }], sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } } },
      'spec.sessionAffinityConfig: Forbidden: must not be set when session affinity is None',
    ],
  ])('%j', (spec, ...expected) => expect(problemsOf('services', spec)).toEqual(expected));
});

describe('pods', () => {
  const at = 'spec.containers[0]';
  it.each<[container: Spec, ...expected: string[]]>([
    [
      { ports: [{ containerPort: 0 }, { containerPort: 70_000, name: 'A_B' }] },
      `${at}.ports[0].containerPort: Required value`,
      `${at}.ports[1].name: Invalid value: "A_B": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
      `${at}.ports[1].name: Invalid value: "A_B": must contain at least one letter (a-z)`,
      `${at}.ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
    ],
    [
      { resources: { requests: { memory: '1Gi' }, limits: { memory: '1G' } } },
      `${at}.resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 1G`,
    ],
    [
      { imagePullPolicy: 'Sometimes' },
      `${at}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
    ],
    [
      { volumeMounts: [{ name: 'data', mountPath: '' }] },
      `${at}.volumeMounts[0].name: Not found: "data"`,
      `${at}.volumeMounts[0].mountPath: Required value`,
    ],
    [
      { env: [{ value: 'a' }, { name: 'A', value: 'a', valueFrom: { fieldRef: { fieldPath: 'a' } } }] },
      `${at}.env[0].name: Required value`,
      `${at}.env[1].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
    ],
    [{ livenessProbe: {} }, `${at}.livenessProbe: Required value: must specify a handler type`],
    [
      { livenessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 1 }, successThreshold: 2 } },
      `${at}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`,
      `${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
    ],
    [{ restartPolicy: 'Always' }, `${at}.restartPolicy: Forbidden: may not be set for non-init containers`],
  ])('%j', (more, ...expected) => expect(problemsOf('pods', pod(more))).toEqual(expected));

  it('mount volumes of one sort each, and name their containers apart', () => {
    const spec = {
      volumes: [{ name: 'a', emptyDir: {}, secret: { secretName: 'a' } }, { name: 'a', configMap: {} }, {}],
      initContainers: [{ ...container, readinessProbe: { tcpSocket: { port: 1 } } }],
      containers: [container],
      dnsPolicy: 'Any',
    };
    expect(problemsOf('pods', spec)).toEqual([
      'spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type',
      'spec.volumes[1].configMap.name: Required value',
      'spec.volumes[1].name: Duplicate value: "a"',
      'spec.volumes[2].name: Required value',
      'spec.initContainers[0].name: Duplicate value: "web"',
      'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      'spec.dnsPolicy: Unsupported value: "Any": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ]);
  });
});

it.each<[storage: string, spec: Spec, ...expected: string[]]>([
  [
    'policy/poddisruptionbudgets',
    { minAvailable: 1, maxUnavailable: -1 },
    'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":-1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
    'spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'autoscaling/horizontalpodautoscalers',
    { minReplicas: 3, maxReplicas: 2, scaleTargetRef: { kind: 'Deployment' } },
    'spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`',
    'spec.scaleTargetRef.name: Required value',
  ],
  [
    'networking.k8s.io/networkpolicies',
    {
      policyTypes: ['Both'],
      ingress: [{ ports: [{ protocol: 'ICMP', endPort: 5 }], from: [{}] }],
      egress: [{ to: [{ ipBlock: { cidr: '' }, podSelector: {} }] }],
    },
    'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
    'spec.ingress[0].ports[0].endPort: Invalid value: 5: may not be specified when `port` is not specified',
    'spec.ingress[0].from[0]: Required value: must specify a peer',
    'spec.egress[0].to[0].ipBlock.cidr: Required value',
    'spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer',
    'spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"',
  ],
  [
    'networking.k8s.io/ingresses',
    {},
    'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
  ],
  [
    'networking.k8s.io/ingresses',
    {
      defaultBackend: { service: { name: 'web', port: {} } },
      rules: [{ http: { paths: [{ path: 'a', pathType: 'Prefix', backend: {} }, {}] } }, { http: {} }],
    },
    'spec.defaultBackend: Required value: port name or number is required',
    'spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path',
    'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
    'spec.rules[0].http.paths[1].pathType: Required value: pathType must be specified',
    'spec.rules[0].http.paths[1].backend: Invalid value: "": resource or service backend is required',
    'spec.rules[1].http.paths: Required value',
  ],
  [
    'coordination.k8s.io/leases',
    { leaseDurationSeconds: 0, leaseTransitions: -1 },
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'persistentvolumeclaims',
    { accessModes: ['Write'] },
    'spec.accessModes: Unsupported value: "Write": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    'spec.resources[storage]: Required value',
  ],
  [
    'resourcequotas',
    { hard: { pods: '-1' } },
    'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
  ],
])('%s %j', (storage, spec, ...expected) => expect(problemsOf(storage, spec)).toEqual(expected));

it('a key of a ConfigMap is one file name, and in one of its maps', () => {
  const validate = particularStrategies['configmaps']?.validate;
  const map = (data: Record<string, string>, binaryData = {}) =>
    validate?.(
      { metadata: { name: 'a' }, data, binaryData } as unknown as KubernetesObject,
      undefined,
      {} as Definition,
    ).map(({ field, message }) => `${field}: ${message}`);
  expect(map({ 'a.b': '' }, { c: '' })).toEqual([]);
  expect(map({ '..': '', '..a': '' })).toEqual([
    `data[..]: Invalid value: "..": must not be '..'`,
    `data[..a]: Invalid value: "..a": must not start with '..'`,
  ]);
  expect(map({ a: '' }, { a: '' })).toEqual([
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ]);
});
