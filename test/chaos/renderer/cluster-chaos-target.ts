import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../lib/core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../../../lib/core/kubernetes-request.ts';
import type { ChaosCluster } from '../chaos-cluster.ts';
import type { Fault } from '../faults.ts';
import { pickOne } from '../seeded-random.ts';
import type { ChaosTarget } from './chaos-target.ts';
import type { Rendered } from './compare-rendering.ts';
import { configNames } from './sql-edits.ts';

const managedBy = 'app.kubernetes.io/managed-by';
const idLabel = 'kubemirror.io/appconfig-id';
const generationAnnotation = 'kubemirror.io/generation';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Custom resources in a cluster, with others who change, delete, copy and add some. */
export async function clusterChaosTarget(cluster: ChaosCluster): Promise<ChaosTarget> {
  const [namespace = 'default'] = cluster.namespaces;
  const created = await cluster.request({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: namespace } },
  });
  if (created.status !== 201) throw new Error(`Cannot create namespace ${namespace}: ${created.status}`);
  // A group of its own, so that a real cluster's definition is not touched.
  const group = `chaos-${randomBytes(3).toString('hex')}.kubemirror.io`;
  const apiVersion = `${group}/v1alpha1`;
  const collection = `/apis/${apiVersion}/namespaces/${namespace}/appconfigs`;
  const send = createSend(cluster.request, collection);
  const install = () => installDefinition(cluster.request, group, collection);
  await install();
  const foreign = { ...foreignObject(apiVersion, 'not-ours'), spec: foreignSpec('not-ours') };
  const putForeign = () => untilItAnswers(() => send('POST', '', foreign), [201, 409]);
  await putForeign();

  return {
    environment: { RENDER_MODE: 'apply', APPCONFIG_GROUP: group, APPCONFIG_NAMESPACE: namespace },
    faults: (random) => [
      ...cluster.faults(random),
      ...tampering(send, apiVersion, random),
      {
        name: 'definition gone for a while',
        weight: 0.5,
        strike: async () => {
          await removeDefinition(cluster.request, group);
          await delay(random() * 2_000);
          await install();
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
    stop: () => removeDefinition(cluster.request, group),
  };
}

type Send = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  name: string,
  body?: object,
) => Promise<KubernetesAnswer | undefined>;

/** As an administrator with kubectl; a refusal is just another outcome, and no answer at all is one too. */
function createSend(request: KubernetesRequest, collection: string): Send {
  return (method, name, body) => {
    const path = name === '' ? collection : `${collection}/${name}`;
    const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
    return tried(request, { method, path, headers, ...(body === undefined ? {} : { body }) });
  };
}

function tampering(send: Send, apiVersion: string, random: () => number): Fault[] {
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
        const copy = { ...foreignObject(apiVersion, `copy-${Math.floor(random() * 1e6)}`), spec };
        await send('POST', '', { ...copy, metadata: { ...copy.metadata, labels: metadata.labels } });
      },
    },
    {
      name: 'somebody takes a name first',
      weight: 2,
      strike: async () => {
        const taken = name();
        await send('POST', '', { ...foreignObject(apiVersion, taken), spec: foreignSpec(taken) });
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

function foreignObject(apiVersion: string, name: string) {
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

async function installDefinition(
  request: KubernetesRequest,
  group: string,
  collection: string,
): Promise<void> {
  const text = await readFile('knative/renderer/custom-resource-definition.yaml', 'utf8');
  const body: unknown = parse(text.replaceAll('poc.gitrenderer.com', group));
  await untilItAnswers(() => tried(request, { method: 'POST', path: definitions, body }), [201, 409]);
  await untilItAnswers(() => tried(request, { method: 'GET', path: collection }), [200]);
}

async function removeDefinition(request: KubernetesRequest, group: string): Promise<void> {
  const path = `${definitions}/appconfigs.${group}`;
  await untilItAnswers(() => tried(request, { method: 'DELETE', path }), [404]);
}

async function tried(
  request: KubernetesRequest,
  options: Parameters<KubernetesRequest>[0],
): Promise<KubernetesAnswer | undefined> {
  return request({ ...options, timeoutMs: 5_000 }).catch(() => undefined);
}

/** What an object says of the AppConfig that it was rendered from. */
export function renderedOf(object: KubernetesObject): Rendered {
  const { name = '', labels, annotations } = object.metadata;
  return {
    name,
    id: labels?.[managedBy] === 'kubemirror' ? labels[idLabel] : undefined,
    generation: Number(annotations?.[generationAnnotation]),
    spec: (object['spec'] ?? {}) as Record<string, unknown>,
  };
}
