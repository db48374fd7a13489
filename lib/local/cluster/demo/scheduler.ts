import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { KubernetesRequest } from '../../../core/kubernetes-request.ts';
import { isTerminating } from './pod-state.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { Pod } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

/**
 * Puts pods on the node that has the fewest. Its events are of `events.k8s.io`, with a moment in microseconds
 * and no count, as those of the scheduler and all newer components are.
 */
export function createScheduler(request: KubernetesRequest): Controller {
  return async (world) => {
    const { snapshot, api } = world;
    const load = podsByNode(snapshot);
    for (const pod of snapshot.pods.filter(isWaiting)) {
      const [chosen] = [...load].filter(([node]) => fits(pod, node)).toSorted(([, a], [, b]) => a - b);
      if (chosen === undefined) continue;
      const [node, pods] = chosen;
      const bound = await api.bind(pod, node.metadata.name ?? '');
      if (bound.kind !== 'done') continue;
      load.set(node, pods + 1);
      await tell(request, world, pod, node);
    }
  };
}

function podsByNode({ nodes, pods }: Snapshot): Map<KubernetesObject, number> {
  const byNode = Map.groupBy(pods, ({ spec }) => spec.nodeName);
  return new Map(
    nodes.filter(isSchedulable).map((node) => [node, byNode.get(node.metadata.name)?.length ?? 0]),
  );
}

function isWaiting(pod: Pod): boolean {
  const { nodeName, schedulerName = 'default-scheduler' } = pod.spec;
  return nodeName === undefined && schedulerName === 'default-scheduler' && !isTerminating(pod);
}

function isSchedulable(node: KubernetesObject): boolean {
  const spec = (node['spec'] ?? {}) as { unschedulable?: boolean };
  return spec.unschedulable !== true;
}

function fits(pod: Pod, node: KubernetesObject): boolean {
  return Object.entries(pod.spec.nodeSelector ?? {}).every(
    ([key, value]) => node.metadata.labels?.[key] === value,
  );
}

async function tell(
  request: KubernetesRequest,
  { now, random }: World,
  pod: Pod,
  node: KubernetesObject,
): Promise<void> {
  const { namespace, name, uid, resourceVersion } = pod.metadata;
  const suffix = (BigInt(now.getTime()) * 1_000_000n + BigInt(Math.floor(random() * 1e6))).toString(16);
  // Whether it arrives is of no matter to the pod, as with every event.
  await request({
    method: 'POST',
    path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events?fieldManager=kube-scheduler`,
    body: {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${name}.${suffix}`, namespace },
      eventTime: now.toISOString().replace('Z', '000Z'),
      reportingController: 'default-scheduler',
      reportingInstance: 'default-scheduler-demo',
      action: 'Binding',
      reason: 'Scheduled',
      regarding: { kind: 'Pod', namespace, name, uid, apiVersion: 'v1', resourceVersion },
      note: `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`,
      type: 'Normal',
    },
  });
}
