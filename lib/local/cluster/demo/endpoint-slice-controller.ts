import { isDeepStrictEqual } from 'node:util';
import { timestamp } from '../writes/timestamp.ts';
import { controllerReference } from './owned-object.ts';
import { isReady, isTerminating } from './pod-state.ts';
import type { Pod, Service } from './workload-objects.ts';
import type { Controller, World } from './world.ts';

const managedBy = 'endpointslice-controller.k8s.io';

/** Services with a selector have an EndpointSlice of the pods that it selects. */
export const endpointSliceController: Controller = async (world) => {
  for (const service of world.snapshot.services) {
    const { selector } = service.spec;
    if (selector === undefined || service.metadata.deletionTimestamp !== undefined) continue;
    const labels = Object.entries(selector);
    const pods = world.snapshot.pods.filter(
      ({ metadata }) =>
        metadata.namespace === service.metadata.namespace &&
        labels.every(([key, value]) => metadata.labels?.[key] === value),
    );
    await reconcile(world, service, pods);
  }
};

async function reconcile(world: World, service: Service, pods: readonly Pod[]): Promise<void> {
  const { snapshot, api, now } = world;
  const { name, namespace, uid } = service.metadata;
  const [slice] = snapshot.ownedBy(snapshot.endpointSlices, uid);
  const addressed = pods.filter(({ status }) => status.podIP !== undefined && status.phase === 'Running');
  const endpoints = addressed.length === 0 ? null : addressed.map(endpointOf);
  const ports = addressed.length === 0 ? null : portsOf(service, addressed[0]);
  const trigger = { 'endpoints.kubernetes.io/last-change-trigger-time': timestamp(now) };
  if (slice === undefined) {
    await api.create({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: `${name}-`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: {
          'endpointslice.kubernetes.io/managed-by': managedBy,
          'kubernetes.io/service-name': name ?? '',
        },
        annotations: trigger,
        ownerReferences: [controllerReference(service)],
      },
      addressType: 'IPv4',
      endpoints,
      ports,
    });
    return;
  }
  if (
    isDeepStrictEqual(slice['endpoints'] ?? null, endpoints) &&
    isDeepStrictEqual(slice['ports'] ?? null, ports)
  ) {
    return;
  }
  const annotations = { ...slice.metadata.annotations, ...trigger };
  await api.replace({ ...slice, metadata: { ...slice.metadata, annotations }, endpoints, ports });
}

function endpointOf(pod: Pod): object {
  const { name, namespace, uid } = pod.metadata;
  const isServing = isReady(pod);
  return {
    addresses: [pod.status.podIP],
    conditions: {
      ready: isServing && !isTerminating(pod),
      serving: isServing,
      terminating: isTerminating(pod),
    },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}

function portsOf({ spec }: Service, pod: Pod | undefined): object[] {
  const named = new Map(
    (pod?.spec.containers ?? [])
      .flatMap(({ ports }) => ports ?? [])
      .map(({ name, containerPort }) => [name, containerPort]),
  );
  return (spec.ports ?? []).map(({ name, port, protocol, targetPort }) => ({
    name: name ?? '',
    port: typeof targetPort === 'string' ? (named.get(targetPort) ?? port) : (targetPort ?? port),
    protocol: protocol ?? 'TCP',
  }));
}
