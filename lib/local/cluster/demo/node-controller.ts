import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { timestamp } from '../writes/timestamp.ts';
import type { Controller } from './world.ts';

const nodeNames = ['worker-1', 'worker-2'];
/** As kubelets do. */
const renewMs = 10_000;

/** Two nodes, which register themselves and renew their leases. */
export function createNodeController(): Controller {
  let nextMs = 0;
  return async ({ snapshot, kubelet, now, wakeAt }) => {
    for (const [index, name] of nodeNames.entries()) {
      const wanted = nodeOf(name, index, now);
      const node = snapshot.nodes.find(({ metadata }) => metadata.name === name);
      if (node === undefined) await kubelet.create(wanted);
      else if (!hasConditions(node)) await kubelet.patch(node, { status: wanted['status'] }, 'status');
    }
    if (now.getTime() >= nextMs) {
      nextMs = now.getTime() + renewMs;
      for (const name of nodeNames) {
        const lease = leaseOf(name, now);
        const renewed = await kubelet.patch(lease, { spec: lease['spec'] });
        if (renewed.kind === 'refused') await kubelet.create(lease);
      }
    }
    wakeAt(nextMs);
  };
}

function hasConditions(node: KubernetesObject): boolean {
  return (node['status'] as { conditions?: unknown } | undefined)?.conditions !== undefined;
}

function leaseOf(name: string, now: Date): KubernetesObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: 40,
      renewTime: now.toISOString().replace('Z', '000Z'),
    },
  };
}

function nodeOf(name: string, index: number, now: Date): KubernetesObject {
  const at = timestamp(now);
  const resources = { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '40Gi' };
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': `zone-${index + 1}`,
      },
    },
    spec: { podCIDR: `10.244.${index}.0/24`, podCIDRs: [`10.244.${index}.0/24`] },
    status: {
      capacity: resources,
      allocatable: resources,
      addresses: [
        { type: 'InternalIP', address: `192.0.2.${index + 11}` },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        condition(
          'MemoryPressure',
          'False',
          'KubeletHasSufficientMemory',
          'kubelet has sufficient memory available',
        ),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: `00000000-0000-4000-8000-00000000000${index + 1}`,
        containerRuntimeVersion: 'containerd://2.1.0',
        kernelVersion: '6.12.0-demo',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.36.0',
        machineID: `demo${index + 1}`,
        operatingSystem: 'linux',
        osImage: 'Demo Linux',
        systemUUID: `00000000-0000-4000-8000-00000000001${index + 1}`,
      },
    },
  };
}
