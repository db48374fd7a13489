import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { type TestCluster, testCluster } from './cluster.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { eventually } from './eventually.ts';

/** A database and a cluster with the custom resource of AppConfigs, for what renders the one into the other. */
export type RenderingWorld = {
  readonly database: TestDatabase;
  readonly cluster: TestCluster;
  /** Where the custom resources are. */
  readonly namespace: string;
  readonly apiVersion: string;
  /** Path of the custom resources. */
  readonly collection: string;
  readonly request: KubernetesRequest;
  /** Variables of a renderer in this world. */
  readonly environment: Readonly<Record<string, string>>;
  readonly objects: () => Promise<KubernetesObject[]>;
  readonly object: (name: string) => Promise<KubernetesObject | undefined>;
  readonly send: (
    method: Parameters<KubernetesRequest>[0]['method'],
    name: string,
    options?: { readonly body?: unknown; readonly contentType?: string; readonly query?: string },
  ) => Promise<KubernetesAnswer>;
  readonly insert: (name: string, fields?: Readonly<Record<string, string>>) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** With a real cluster the custom resource has a group of its own, so that worlds do not meet. */
export async function renderingWorld(): Promise<RenderingWorld> {
  const [database, cluster] = await Promise.all([testDatabase(), testCluster()]);
  const { request } = cluster;
  const [group, namespace] =
    cluster.double === undefined
      ? [`test-${randomBytes(4).toString('hex')}.kubemirror.io`, await cluster.createNamespace()]
      : ['poc.gitrenderer.com', 'default'];
  const apiVersion = `${group}/v1alpha1`;
  const collection = `/apis/${apiVersion}/namespaces/${namespace}/appconfigs`;
  cluster.deleteLater(await installDefinition(request, group, collection));
  const send: RenderingWorld['send'] = (method, name, { body, contentType, query } = {}) =>
    request({
      method,
      path: `${collection}/${name}${query === undefined ? '' : `?${query}`}`,
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
    });
  return {
    database,
    cluster,
    namespace,
    apiVersion,
    collection,
    request,
    environment: {
      DATABASE_URL: database.url,
      KUBECONFIG: cluster.kubeconfigFile,
      CLUSTER_NAME: 'test',
      APPCONFIG_GROUP: group,
      APPCONFIG_NAMESPACE: namespace,
      // Longer than a test: events are what tells, unless a test says otherwise.
      UNTOLD_AFTER: '10m',
      RETRY_BASE: '200ms',
      RETRY_CAP: '1s',
    },
    objects: async () => {
      const answer = await request({ method: 'GET', path: collection });
      return (answer.body as { items: KubernetesObject[] }).items;
    },
    object: async (name) => {
      const answer = await send('GET', name);
      return answer.status === 200 ? (answer.body as KubernetesObject) : undefined;
    },
    send,
    insert: async (name, fields = {}) => {
      const { rows } = await database.pool.query<{ id: string }>(
        `insert into app_configs (name, repository_url, branch, environment)
         values ($1, $2, $3, $4) returning id`,
        [
          name,
          fields['repository_url'] ?? `https://example.org/${name}`,
          fields['branch'] ?? 'main',
          fields['environment'] ?? 'dev',
        ],
      );
      return rows[0]?.id ?? '';
    },
    close: async () => {
      await cluster.stop();
      await database.drop();
    },
  };
}

async function installDefinition(
  request: KubernetesRequest,
  group: string,
  collection: string,
): Promise<string> {
  const text = await readFile('knative/renderer/custom-resource-definition.yaml', 'utf8');
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const body: unknown = parse(text.replaceAll('poc.gitrenderer.com', group));
  const answer = await request({ method: 'POST', path: definitions, body });
  if (answer.status !== 201) throw new Error(`Cannot create the definition: ${JSON.stringify(answer.body)}`);
  await eventually(async () => {
    const { status } = await request({ method: 'GET', path: collection });
    if (status !== 200) throw new Error(`the custom resource is not served yet: ${status}`);
  });
  return `${definitions}/appconfigs.${group}`;
}
