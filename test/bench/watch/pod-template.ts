/**
 * A pod of about 4.1 KB as an API server sends it, managedFields included, cut where name, uid and version go:
 * making a hundred thousand of them must cost the server next to nothing.
 */
const template = JSON.stringify({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    name: '%name%',
    generateName: 'worker-6d5f8c9b7-',
    namespace: '%namespace%',
    uid: '%uid%',
    resourceVersion: '%version%',
    creationTimestamp: '2026-11-18T07:30:00Z',
    labels: { app: 'worker', tier: 'backend', 'pod-template-hash': '6d5f8c9b7' },
    annotations: { 'checksum/config': '9c1f'.repeat(16) },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'worker-6d5f8c9b7',
        uid: '11111111-2222-4333-8444-555555555555',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    managedFields: ['kube-controller-manager', 'kubelet'].map((manager) => ({
      manager,
      operation: 'Update',
      apiVersion: 'v1',
      time: '2026-11-18T07:30:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:status': {
          'f:conditions': Object.fromEntries(
            ['Ready', 'Initialized', 'PodScheduled'].map((type) => [
              `k:{"type":"${type}"}`,
              { '.': {}, 'f:lastTransitionTime': {}, 'f:status': {}, 'f:type': {} },
            ]),
          ),
          'f:containerStatuses': {},
          'f:hostIP': {},
          'f:phase': {},
          'f:podIP': {},
        },
      },
    })),
  },
  spec: {
    volumes: [
      { name: 'config', configMap: { name: 'worker', defaultMode: 420 } },
      { name: 'kube-api-access-x2x7k', projected: { defaultMode: 420, sources: [] } },
    ],
    containers: [
      {
        name: 'worker',
        image: 'example.org/worker:1.27.3',
        args: ['--queue', 'default', '--concurrency', '8'],
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        env: Array.from({ length: 12 }, (_, index) => ({
          name: `SETTING_${index}`,
          value: `value of ${index}`,
        })),
        resources: { limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
        volumeMounts: [{ name: 'config', mountPath: '/etc/worker' }],
        livenessProbe: { httpGet: { path: '/livez', port: 'http', scheme: 'HTTP' }, periodSeconds: 10 },
        terminationMessagePath: '/dev/termination-log',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    serviceAccountName: 'worker',
    nodeName: 'node-7',
    schedulerName: 'default-scheduler',
    tolerations: [
      {
        key: 'node.kubernetes.io/not-ready',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
    ],
  },
  status: {
    phase: 'Running',
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: '2026-11-18T07:31:00Z',
    })),
    hostIP: '10.0.0.7',
    podIP: '10.244.7.21',
    podIPs: [{ ip: '10.244.7.21' }],
    startTime: '2026-11-18T07:30:00Z',
    containerStatuses: [
      {
        name: 'worker',
        state: { running: { startedAt: '2026-11-18T07:30:30Z' } },
        ready: true,
        restartCount: 0,
        image: 'example.org/worker:1.27.3',
        imageID: `example.org/worker@sha256:${'a'.repeat(64)}`,
        containerID: `containerd://${'b'.repeat(64)}`,
        started: true,
      },
    ],
    qosClass: 'Burstable',
  },
});

const [beforeName = '', beforeNamespace = '', beforeUid = '', beforeVersion = '', end = ''] = template.split(
  /%name%|%namespace%|%uid%|%version%/,
);

/** Pod number `index` at a version, in the order of the API server's keys. */
export function podText(index: number, version: number): string {
  const serial = index.toString().padStart(6, '0');
  const namespace = `team-${Math.floor(index / 5_000)
    .toString()
    .padStart(3, '0')}`;
  return (
    `${beforeName}worker-6d5f8c9b7-${serial}${beforeNamespace}${namespace}` +
    `${beforeUid}00000000-0000-4000-8000-000000${serial}${beforeVersion}${version}${end}`
  );
}
