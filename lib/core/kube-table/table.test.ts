import { expect, test } from 'vitest';

import type { KubernetesObject } from '../kubernetes-object.ts';
import { customPrinter } from './custom-printer.ts';
import { printerOf } from './printer-columns.ts';
import { renderTable } from './table.ts';

const now = new Date('2026-01-01T01:00:00Z');

function cells(resource: string, object: Record<string, unknown>): readonly unknown[] {
  const [group = '', name = ''] = resource.split('/');
  const metadata = {
    name: 'x',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(object['metadata'] as object),
  };
  return printerOf({ group, resource: name }).print({ ...object, metadata } as KubernetesObject, now).cells;
}

const template = {
  spec: {
    containers: [
      { name: 'a', image: 'i:1' },
      { name: 'b', image: 'i:2' },
    ],
  },
};
const selector = { matchLabels: { app: 'x' } };

test.each<[string, Record<string, unknown>, readonly unknown[]]>([
  ['/configmaps', { data: { a: '1' }, binaryData: { b: '' } }, ['x', 2, '60m']],
  ['/secrets', { type: 'Opaque', data: { a: '' } }, ['x', 'Opaque', 1, '60m']],
  ['/namespaces', { status: { phase: 'Active' } }, ['x', 'Active', '60m']],
  ['/limitranges', {}, ['x', '2026-01-01T00:00:00Z']],
  [
    'apps/deployments',
    { spec: { replicas: 3, selector, template }, status: { readyReplicas: 1, updatedReplicas: 2 } },
    ['x', '1/3', 2, 0, '60m', 'a,b', 'i:1,i:2', 'app=x'],
  ],
  [
    'apps/replicasets',
    { spec: { replicas: 3, selector, template }, status: { replicas: 2, readyReplicas: 1 } },
    ['x', 3, 2, 1, '60m', 'a,b', 'i:1,i:2', 'app=x'],
  ],
  [
    'apps/statefulsets',
    { spec: { replicas: 2, template }, status: {} },
    ['x', '0/2', '60m', 'a,b', 'i:1,i:2'],
  ],
  [
    'batch/jobs',
    {
      spec: { completions: 2, template },
      status: {
        succeeded: 2,
        startTime: '2026-01-01T00:00:00Z',
        completionTime: '2026-01-01T00:00:30Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    },
    ['x', 'Complete', '2/2', '30s', '60m', 'a,b', 'i:1,i:2', '<none>'],
  ],
  [
    'batch/cronjobs',
    {
      spec: { schedule: '@daily', suspend: false, jobTemplate: { spec: { template } } },
      status: { active: [{}] },
    },
    ['x', '@daily', '<none>', 'False', 1, '<none>', '60m', 'a,b', 'i:1,i:2', '<none>'],
  ],
  [
    '/services',
    {
      spec: {
        type: 'NodePort',
        clusterIPs: ['10.0.0.1'],
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
        selector: { b: '2', a: '1' },
      },
    },
    ['x', 'NodePort', '10.0.0.1', '<none>', '80:30080/TCP,53/UDP', '60m', 'a=1,b=2'],
  ],
  [
    '/services',
    {
      spec: { type: 'LoadBalancer', externalIPs: ['1.1.1.1'] },
      status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }] } },
    },
    ['x', 'LoadBalancer', '<none>', '2.2.2.2,1.1.1.1', '<none>', '60m', '<none>'],
  ],
  [
    '/nodes',
    {
      metadata: { labels: { 'node-role.kubernetes.io/worker': '' } },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'False' }],
        nodeInfo: { kubeletVersion: 'v1', architecture: 'arm64' },
      },
    },
    [
      'x',
      'NotReady,SchedulingDisabled',
      'worker',
      '60m',
      'v1',
      '<none>',
      '<none>',
      '<unknown>',
      '<unknown> (arm64)',
      '<unknown>',
    ],
  ],
  [
    '/persistentvolumeclaims',
    {
      spec: { volumeName: 'v', storageClassName: 'fast', volumeMode: 'Filesystem' },
      status: {
        phase: 'Bound',
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
      },
    },
    ['x', 'Bound', 'v', '1Gi', 'RWO,RWX', 'fast', '<unset>', '60m', 'Filesystem'],
  ],
  [
    'rbac.authorization.k8s.io/rolebindings',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'User', name: 'v' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    },
    ['x', 'Role/r', '60m', 'u, v', '', 'n/s'],
  ],
  [
    'networking.k8s.io/ingresses',
    { spec: { rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })), tls: [{}] } },
    ['x', '<none>', 'a,b,c + 1 more...', '', '80, 443', '60m'],
  ],
  [
    'autoscaling/horizontalpodautoscalers',
    {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
          { type: 'External', external: { target: { value: '7' } } },
          { type: 'New' },
        ],
      },
      status: { currentReplicas: 2, currentMetrics: [{ resource: { current: { averageUtilization: 30 } } }] },
    },
    ['x', 'Deployment/d', 'cpu: 30%/80%, <unknown>/7 + 1 more...', '<unset>', 5, 2, '60m'],
  ],
  [
    '/events',
    {
      type: 'Normal',
      reason: 'Started',
      message: ' hello\n',
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec' },
      source: { component: 'kubelet', host: 'n1' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:59:00Z',
      count: 4,
    },
    ['60s', 'Normal', 'Started', 'pod/p', 'spec', 'kubelet, n1', 'hello', '60m', 4, 'x'],
  ],
  [
    'events.k8s.io/events',
    {
      type: 'Warning',
      reason: 'Failed',
      note: 'n',
      regarding: { kind: 'Node' },
      reportingController: 'c',
      eventTime: '2026-01-01T00:00:00.000000Z',
      series: { count: 7, lastObservedTime: '2026-01-01T00:59:30.000000Z' },
    },
    ['30s', 'Warning', 'Failed', 'node', '', 'c', 'n', '60m', 7, 'x'],
  ],
])('%s are printed as kubectl users know them', (resource, object, expected) => {
  expect(cells(resource, object)).toEqual(expected);
});

const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const ended = (exitCode: number, reason?: string) => ({
  terminated: { exitCode, ...(reason === undefined ? {} : { reason }) },
});

test.each<[string, Record<string, unknown>, string, string]>([
  ['running', { phase: 'Running', containerStatuses: [{ ready: true, state: running }] }, '1/2', 'Running'],
  [
    'waiting',
    { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
    '0/2',
    'CrashLoopBackOff',
  ],
  ['ended', { phase: 'Failed', containerStatuses: [{ state: ended(3) }] }, '0/2', 'ExitCode:3'],
  ['evicted', { phase: 'Failed', reason: 'Evicted' }, '0/2', 'Evicted'],
  [
    'half done',
    {
      phase: 'Running',
      containerStatuses: [{ state: ended(0, 'Completed') }, { ready: true, state: running }],
    },
    '1/2',
    'NotReady',
  ],
  [
    'half failed',
    { phase: 'Running', containerStatuses: [{ state: ended(0, 'Completed') }, { state: ended(1, 'Error') }] },
    '0/2',
    'Error',
  ],
  [
    'initializing',
    { phase: 'Pending', initContainerStatuses: [{ name: 'i', state: running }] },
    '0/2',
    'Init:0/1',
  ],
  [
    'init failed',
    { phase: 'Pending', initContainerStatuses: [{ name: 'i', state: ended(2) }] },
    '0/2',
    'Init:ExitCode:2',
  ],
  [
    'gated',
    { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    '0/2',
    'SchedulingGated',
  ],
])('a pod that is %s', (_name, status, ready, shown) => {
  const spec = { containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'i' }] };
  expect(cells('/pods', { spec, status }).slice(1, 3)).toEqual([ready, shown]);
});

test('a pod in deletion is Terminating, and its restarts say when the last was', () => {
  const status = {
    phase: 'Running',
    containerStatuses: [
      { restartCount: 2, state: running, lastState: { terminated: { finishedAt: '2026-01-01T00:59:00Z' } } },
    ],
  };
  const metadata = { deletionTimestamp: '2026-01-01T00:59:00Z' };
  expect(cells('/pods', { metadata, spec: {}, status }).slice(2, 4)).toEqual(['Terminating', '2 (60s ago)']);
});

test('custom resources show the columns of their definition', () => {
  const printer = customPrinter([
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status', priority: 1 },
    { name: 'Raw', type: 'string', jsonPath: '.spec' },
    { name: 'On', type: 'boolean', jsonPath: '.spec.size' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Broken', type: 'string', jsonPath: 'spec[' },
  ]);
  const object = { metadata: { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { size: 3 } };
  expect(printer.columns.map(({ name, priority }) => `${name}${priority}`)).toEqual([
    'Name0',
    'Size0',
    'Ready1',
    'Raw0',
    'On0',
    'Age0',
    'Broken0',
  ]);
  expect(printer.print(object, now).cells).toEqual(['x', 3, null, '{"size":3}', null, '60m', null]);
});

test('a Table carries of each object what was asked for', () => {
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' }, data: {} };
  const render = (includeObject: string) =>
    renderTable(printerOf({ group: '', resource: 'configmaps' }), [object], {
      now,
      includeObject,
      version: 'v1',
      metadata: { resourceVersion: '7' },
    });
  expect(render('None')).toMatchObject({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '7' },
    columnDefinitions: [{ name: 'Name', format: 'name' }, { name: 'Data' }, { name: 'Age' }],
    rows: [{ cells: ['x', 0, '<unknown>'], object: null }],
  });
  expect(render('Object').rows[0]?.object).toBe(object);
  expect(render('').rows[0]?.object).toEqual({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { name: 'x' },
  });
});
