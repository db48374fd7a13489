import type { CloudEvent } from '../../../lib/core/cloud-event.ts';
import { formatEventId } from '../../../lib/core/event-id.ts';
import { eventTypes } from '../../../lib/core/event-types.ts';
import { formatSource, formatSubject } from '../../../lib/core/resource-subject.ts';

/** Versions of pods as a watcher would emit them, made from their index alone. Data are bytes. */
export function podEvent(
  index: number,
  options: { readonly objects: number; readonly bytes: number },
): CloudEvent {
  const object = index % options.objects;
  const version = 1_000_000 + index;
  const uid = `00000000-0000-4000-8000-${object.toString(16).padStart(12, '0')}`;
  const namespace = `team-${object % 20}`;
  const name = `worker-${(object * 7_919).toString(36)}-${(object % 46_656).toString(36).padStart(5, 'x')}`;
  const time = new Date(1_795_000_000_000 + index * 10).toISOString();
  return {
    id: formatEventId('bench', { uid, resourceVersion: String(version) }, 'upserted'),
    source: formatSource('bench', 'resources-watcher'),
    type: eventTypes.resourceUpserted,
    subject: formatSubject({ group: '', version: 'v1', resource: 'pods', namespace, name }),
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    extensions: { partitionkey: uid },
    data: podJson({ uid, namespace, name, version, time, bytes: options.bytes }),
  };
}

function podJson(pod: {
  uid: string;
  namespace: string;
  name: string;
  version: number;
  time: string;
  bytes: number;
}): Buffer {
  const app = pod.name.slice(0, pod.name.lastIndexOf('-'));
  const environment: { name: string; value: string }[] = [];
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace: pod.namespace,
      uid: pod.uid,
      resourceVersion: String(pod.version),
      creationTimestamp: '2026-11-18T07:30:00Z',
      labels: { app, tier: 'backend', 'pod-template-hash': app.slice(-8) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: app,
          uid: pod.uid.replace('-4000-', '-4001-'),
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      nodeName: `node-${pod.version % 12}`,
      serviceAccountName: 'default',
      restartPolicy: 'Always',
      containers: [{ name: 'main', image: `images.example/${app}:2.4.1`, env: environment }],
    },
    status: {
      phase: 'Running',
      podIP: `10.4.${pod.version % 250}.${(pod.version * 7) % 250}`,
      startTime: pod.time,
      conditions: ['Initialized', 'Ready', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: pod.time,
      })),
    },
  };
  // Filled up with what real pods have plenty of, so that it compresses as real pods do.
  const entryBytes = 95;
  const missing = pod.bytes - JSON.stringify(object).length;
  for (let index = 0; index < Math.round(missing / entryBytes); index += 1) {
    const service = ((pod.version * 31 + index * 7_919) % 1_679_616).toString(36).padStart(4, '0');
    environment.push({
      name: `UPSTREAM_${index}_URL`,
      value: `http://svc-${service}.${pod.namespace}.svc.cluster.local:8080`,
    });
  }
  return Buffer.from(JSON.stringify(object));
}
