import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '../../../lib/core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../../../lib/core/kubernetes-request.ts';
import { installDefinition } from '../../../lib/local/install-definition.ts';
import type { ChaosCluster } from '../chaos-cluster.ts';
import type { Fault } from '../faults.ts';
import { pickOne } from '../seeded-random.ts';
import type { ChaosTarget } from './chaos-target.ts';
import type { Rendered } from './compare-rendering.ts';
import { configNames } from './sql-edits.ts';

const managedBy = 'app.kubernetes.io/managed-by';
const idLabel = 'kubemirror.io/appconfig-id';
const generationAnnotation = 'kubemirror.io/generation';
const apiVersion = 'poc.gitrenderer.com/v1alpha1';
const definitionPath =
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/appconfigs.poc.gitrenderer.com';

/** Custom resources in a cluster, with others who change, delete, copy and add some. */
export async function clusterChaosTarget(cluster: ChaosCluster): Promise<ChaosTarget> {
  const [namespace = 'default'] = cluster.namespaces;
  const created = await cluster.request({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: namespace } },
  });
  if (created.status !== 201) throw new Error(`Cannot create namespace ${namespace}: ${created.status}`);
  await installDefinition(cluster.kubeconfig);
  const collection = `/apis/${apiVersion}/namespaces/${namespace}/appconfigs`;
  const send = createSend(cluster.request, collection);
  const foreign = { ...foreignObject('not-ours'), spec: foreignSpec('not-ours') };
  const putForeign = () => untilItAnswers(() => send('POST', '', foreign), [201, 409]);
  await putForeign();

  return {
    environment: { RENDER_MODE: 'apply', APPCONFIG_NAMESPACE: namespace },
    faults: (random) => [
      ...cluster.faults(random),
      ...tampering(send, random),
      {
        name: 'definition gone for a while',
        weight: 0.5,
        strike: async () => {
          await cluster.request({ method: 'DELETE', path: definitionPath }).catch(() => undefined);
          await delay(random() * 2_000);
          await installAgain(cluster.kubeconfig);
          await putForeign();
        },
      },
    ],
    list: async () => {
      const answer = await cluster.request({ method: 'GET', path: collection });
      if (answer.status !== 200) throw new Error(`Cannot list the custom resources: ${answer.status}`);
      return (answer.body as { items: KubernetesObject[] }).items.map(renderedOf);
    },
    damage: async () => {
      const answer = await send('GET', 'not-ours');
      const spec = (answer?.body as { spec?: { branch?: string } } | undefined)?.spec;
      return spec?.branch === foreign.spec.branch ? [] : [`"not-ours" answers ${answer?.status}`];
    },
    calm: cluster.calm,
    // It was given to us, and is stopped by who made it.
    stop: async () => {},
  };
}

type Send = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  name: string,
  body?: object,
) => Promise<KubernetesAnswer | undefined>;

/** As an administrator with kubectl; a refusal is just another outcome, and no answer at all is one too. */
function createSend(request: KubernetesRequest, collection: string): Send {
  return async (method, name, body) => {
    const path = name === '' ? collection : `${collection}/${name}`;
    const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
    try {
      return await request({
        method,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
        timeoutMs: 5_000,
      });
    } catch {
      return undefined;
    }
  };
}

function tampering(send: Send, random: () => number): Fault[] {
  const name = () => pickOne(random, configNames);
  return [
    {
      name: 'somebody changes an object',
      weight: 4,
      strike: async () => {
        await send('PATCH', name(), { spec: { branch: 'tampered' } });
      },
    },
    {
      name: 'somebody deletes an object',
      weight: 4,
      strike: async () => {
        await send('DELETE', name());
      },
    },
    {
      name: 'somebody deletes all objects',
      weight: 0.5,
      strike: async () => {
        for (const one of configNames) await send('DELETE', one);
      },
    },
    {
      name: 'somebody takes labels and annotations away',
      weight: 2,
      strike: async () => {
        const labels = { [managedBy]: null, [idLabel]: null };
        await send('PATCH', name(), { metadata: { labels, annotations: { [generationAnnotation]: null } } });
      },
    },
    {
      name: 'somebody copies an object with its labels',
      weight: 1,
      strike: async () => {
        const answer = await send('GET', name());
        if (answer?.status !== 200) return;
        const { metadata, spec } = answer.body as KubernetesObject & { spec: { name: string } };
        const copy = { ...foreignObject(`copy-${Math.floor(random() * 1e6)}`), spec };
        await send('POST', '', { ...copy, metadata: { ...copy.metadata, labels: metadata.labels } });
      },
    },
    {
      name: 'somebody takes a name first',
      weight: 2,
      strike: async () => {
        const taken = name();
        await send('POST', '', { ...foreignObject(taken), spec: foreignSpec(taken) });
      },
    },
    {
      name: 'a finalizer holds an object for a while',
      weight: 1,
      strike: async () => {
        const held = name();
        await send('PATCH', held, { metadata: { finalizers: ['example.org/hold'] } });
        await delay(random() * 2_000);
        // Other finalizers there are none of here, so all of them may go.
        await untilItAnswers(() => send('PATCH', held, { metadata: { finalizers: null } }), [200, 404]);
      },
    },
  ];
}

function foreignObject(name: string) {
  return { apiVersion, kind: 'AppConfig', metadata: { name } };
}

function foreignSpec(name: string) {
  return { name, repository_url: 'https://example.org/foreign', branch: 'foreign', environment: 'dev' };
}

/** While other faults are on it may need several attempts. */
async function untilItAnswers(
  ask: () => Promise<KubernetesAnswer | undefined>,
  wanted: readonly number[],
): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await ask();
    if (answer !== undefined && wanted.includes(answer.status)) return;
    await delay(100);
  }
  throw new Error(`Cannot tamper: the cluster does not answer ${wanted.join(' or ')}`);
}

async function installAgain(kubeconfig: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await installDefinition(kubeconfig);
      return;
    } catch (error) {
      if (attempt === 20) throw error;
      await delay(200);
    }
  }
}

function renderedOf(object: KubernetesObject): Rendered {
  const { name = '', labels, annotations } = object.metadata;
  return {
    name,
    id: labels?.[managedBy] === 'kubemirror' ? labels[idLabel] : undefined,
    generation: Number(annotations?.[generationAnnotation]),
    spec: (object['spec'] ?? {}) as Record<string, unknown>,
  };
}
