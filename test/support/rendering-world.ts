import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { connectKubernetes } from '../../lib/kubernetes/connect-kubernetes.ts';
import { conformanceTokens } from '../../lib/local/cluster/conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { eventually } from './eventually.ts';

/** A database and a cluster with the custom resource of AppConfigs, for what renders the one into the other. */
export type RenderingWorld = {
  readonly database: TestDatabase;
  readonly cluster: DevelopmentCluster;
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

const collection = '/apis/poc.gitrenderer.com/v1alpha1/namespaces/default/appconfigs';

export async function renderingWorld(): Promise<RenderingWorld> {
  const database = await testDatabase();
  const cluster = await startCluster({ tokens: conformanceTokens });
  const folder = await mkdtemp(join(tmpdir(), 'kubemirror-rendering-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig('admin'));
  const connection = await connectKubernetes({
    environment: { KUBECONFIG: kubeconfig },
    userAgent: 'kubemirror/test',
  });
  const { request } = connection;
  await installDefinition(request);
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
    request,
    environment: {
      DATABASE_URL: database.url,
      KUBECONFIG: kubeconfig,
      CLUSTER_NAME: 'test',
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
      await connection.close();
      await cluster.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function installDefinition(request: KubernetesRequest): Promise<void> {
  const definition = parse(
    await readFile('knative/renderer/custom-resource-definition.yaml', 'utf8'),
  ) as object;
  const answer = await request({
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: definition,
  });
  if (answer.status !== 201) throw new Error(`Cannot create the definition: ${JSON.stringify(answer.body)}`);
  await eventually(async () => {
    const { status } = await request({ method: 'GET', path: collection });
    if (status !== 200) throw new Error(`the custom resource is not served yet: ${status}`);
  });
}
