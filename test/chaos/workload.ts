import type { KubernetesAnswer, KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { pickOne, pickWeighted } from './seeded-random.ts';

/** Kinds that the workload changes, and that are compared afterwards. */
export type ChaosKind = {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
};

export const customKind: ChaosKind = {
  group: 'composition.krateo.io',
  version: 'v1alpha1',
  resource: 'chaoswidgets',
  kind: 'ChaosWidget',
};

export const chaosKinds: readonly ChaosKind[] = [
  { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' },
  { group: '', version: 'v1', resource: 'secrets', kind: 'Secret' },
  { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment' },
  customKind,
];

/** How often things were done, by name, for the report. */
export type WorkloadCounts = Record<string, number>;

// Few names, so that creates, deletes and re-creates of the same name meet each other all the time.
const namesPerKind = 25;

/**
 * Random changes in namespaces of its own. The cluster is the truth: a refused change (conflict, not found,
 * a fault's 429 or 500) is just another outcome, and what is compared later is what the cluster then holds.
 */
export function createWorkload(options: {
  readonly request: KubernetesRequest;
  readonly random: () => number;
  readonly namespaces: readonly string[];
}): {
  readonly prepare: () => Promise<void>;
  readonly step: () => Promise<void>;
  readonly counts: WorkloadCounts;
} {
  const { random, namespaces } = options;
  const counts: WorkloadCounts = {};
  let serial = 0;

  const send = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<KubernetesAnswer | undefined> => {
    const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
    try {
      return await options.request({
        method,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
        timeoutMs: 10_000,
      });
    } catch {
      // The cluster is one of the things that fail here; the next step comes anyway.
      return undefined;
    }
  };
  const target = () => {
    const kind = pickOne(random, chaosKinds);
    const namespace = pickOne(random, namespaces);
    const name = `chaos-${Math.floor(random() * namesPerKind)}`;
    return { kind, namespace, name, collection: collectionPath(kind, namespace) };
  };
  const create = async ({ kind, name, collection }: ReturnType<typeof target>) => {
    await send('POST', collection, newObject(kind, name, ++serial));
  };
  const remove = async ({ name, collection }: ReturnType<typeof target>) => {
    await send('DELETE', `${collection}/${name}`);
  };

  const actions: Record<string, () => Promise<void>> = {
    create: () => create(target()),
    update: async () => {
      const { kind, name, collection } = target();
      await send('PATCH', `${collection}/${name}`, changeOf(kind, ++serial));
    },
    delete: () => remove(target()),
    recreate: async () => {
      const chosen = target();
      await remove(chosen);
      await create(chosen);
    },
    event: async () => {
      const namespace = pickOne(random, namespaces);
      await send('POST', `/api/v1/namespaces/${namespace}/events`, newEvent(namespace, ++serial));
    },
    'event again': async () => {
      const namespace = pickOne(random, namespaces);
      const name = `chaos-event-${Math.max(1, serial - Math.floor(random() * 40))}`;
      const lastTimestamp = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      await send('PATCH', `/api/v1/namespaces/${namespace}/events/${name}`, {
        count: ++serial,
        lastTimestamp,
      });
    },
    'kind gone': async () => {
      await send('DELETE', customKindPath);
    },
    'kind there': async () => {
      await send('POST', crdPath, customResourceDefinition());
    },
  };
  const weights: Record<string, number> = {
    create: 30,
    update: 40,
    delete: 12,
    recreate: 8,
    event: 20,
    'event again': 10,
    'kind gone': 0.3,
    'kind there': 1.5,
  };
  const choices = Object.entries(weights).map(([value, weight]) => ({ value, weight }));

  return {
    counts,
    prepare: async () => {
      for (const name of namespaces) await send('POST', '/api/v1/namespaces', { metadata: { name } });
      await send('POST', crdPath, customResourceDefinition());
    },
    step: async () => {
      const name = pickWeighted(random, choices);
      counts[name] = (counts[name] ?? 0) + 1;
      await actions[name]?.();
    },
  };
}

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The definition of the kind that comes and goes. */
export const customKindPath = `${crdPath}/${customKind.resource}.${customKind.group}`;

/** Path of one kind's objects in one namespace. */
export function collectionPath(kind: ChaosKind, namespace: string): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  return `${root}/namespaces/${namespace}/${kind.resource}`;
}

function newObject(kind: ChaosKind, name: string, serial: number): object {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const base = { apiVersion, kind: kind.kind, metadata: { name, labels: { serial: String(serial) } } };
  switch (kind.kind) {
    case 'ConfigMap':
      return { ...base, data: { serial: String(serial) } };
    case 'Secret':
      return { ...base, stringData: { serial: String(serial) } };
    case 'Deployment':
      return { ...base, spec: deploymentSpec(name) };
    default:
      return { ...base, spec: { serial } };
  }
}

function deploymentSpec(name: string): object {
  const labels = { app: name };
  // No replicas: on a real cluster the pods would never come up and only make noise.
  return {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a:1' }] } },
  };
}

function changeOf(kind: ChaosKind, serial: number): object {
  const labels = { metadata: { labels: { serial: String(serial) } } };
  return kind.kind === 'ConfigMap' ? { ...labels, data: { serial: String(serial) } } : labels;
}

function newEvent(namespace: string, serial: number): object {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `chaos-event-${serial}`, namespace },
    involvedObject: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name: `chaos-${serial % namesPerKind}`,
    },
    reason: 'Chaos',
    message: `event ${serial}`,
    type: serial % 3 === 0 ? 'Warning' : 'Normal',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    source: { component: 'chaos' },
  };
}

function customResourceDefinition(): object {
  const { group, version, resource, kind } = customKind;
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${resource}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: resource, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}
