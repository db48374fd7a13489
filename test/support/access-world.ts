import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { configSchema as eventsConfig } from '../../functions/events-presenter/config.ts';
import { startEventsPresenter } from '../../functions/events-presenter/start-events-presenter.ts';
import { configSchema as resourcesConfig } from '../../functions/resources-presenter/config.ts';
import { startResourcesPresenter } from '../../functions/resources-presenter/start-resources-presenter.ts';
import type { AccessAttributes } from '../../lib/core/access-attributes.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import { startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { loadConfig } from '../../lib/runtime/load-config.ts';
import { type TestDatabase, testDatabase } from './database.ts';

export const accessModes = ['evaluate', 'review'] as const;
export type AccessMode = (typeof accessModes)[number];

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const signKey = 'a sign key that only these tests have';
const plurals: Readonly<Record<string, string>> = {
  Role: 'roles',
  ClusterRole: 'clusterroles',
  RoleBinding: 'rolebindings',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** One cluster with an API server that decides. */
export type AccessCluster = {
  /** As an administrator. @throws for an answer that is an error, but for what exists already */
  readonly api: (method: string, path: string, body?: object) => Promise<void>;
  /** Creates RBAC objects and the namespaces that they are in. */
  readonly create: (...objects: readonly KubernetesObject[]) => Promise<void>;
  readonly replace: (object: KubernetesObject) => Promise<void>;
  readonly remove: (object: KubernetesObject) => Promise<void>;
  /** What a SubjectAccessReview says about one question. */
  readonly reviews: (user: UserInfo, attributes: AccessAttributes) => Promise<boolean>;
};

/** Both presenters in both modes over one database, the clusters `here` and `elsewhere`, and rows of `nowhere`. */
export type AccessWorld = {
  readonly database: TestDatabase;
  readonly here: AccessCluster;
  readonly elsewhere: AccessCluster;
  readonly presenters: Readonly<Record<AccessMode, { readonly resources: string; readonly events: string }>>;
  readonly token: (
    user: { readonly username: string; readonly groups?: readonly string[] },
    expires?: string | number,
  ) => Promise<string>;
  readonly stop: () => Promise<void>;
};

/** @param tokens opaque tokens of the cluster `here` */
export async function startAccessWorld(
  tokens: Readonly<Record<string, UserInfo>> = {},
): Promise<AccessWorld> {
  const database = await testDatabase();
  const root: UserInfo = { username: 'root', groups: ['system:masters', 'system:authenticated'] };
  const clusters = await Promise.all(
    [tokens, {}].map((own) => startCluster({ tokens: { 'root-token': root, ...own } })),
  );
  const [here, elsewhere] = clusters;
  if (here === undefined || elsewhere === undefined) throw new Error('Cannot start the clusters');
  const folder = await mkdtemp(join(tmpdir(), 'kubemirror-access-'));
  await mkdir(join(folder, 'others'));
  await writeFile(join(folder, 'kubeconfig'), here.kubeconfig('root'));
  await writeFile(join(folder, 'others', 'elsewhere.yaml'), elsewhere.kubeconfig('root'));
  const stopping = new AbortController();
  const start = async (mode: AccessMode) => {
    const environment = {
      PORT: '0',
      METRICS_PORT: '0',
      DATABASE_URL: database.url,
      DB_POOL_SIZE: '4',
      DB_READY_TIMEOUT: '10s',
      KUBECONFIG: join(folder, 'kubeconfig'),
      CLUSTER_KUBECONFIGS: join(folder, 'others'),
      CLUSTER_NAME: 'here',
      JWT_SIGN_KEY: signKey,
      ACCESS_MODE: mode,
      // Heartbeats tell how far a stream has come.
      HEARTBEAT_INTERVAL: '300ms',
    };
    const { signal } = stopping;
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const resources = await startResourcesPresenter(
      { config: loadConfig(resourcesConfig, environment), log, signal },
      environment,
    );
    const events = await startEventsPresenter(
      { config: loadConfig(eventsConfig, environment), log, signal },
      environment,
    );
    return { resources, events };
  };
  const [evaluate, review] = await Promise.all([start('evaluate'), start('review')]);
  const urls = ({ resources, events }: typeof evaluate) => ({
    resources: `http://127.0.0.1:${resources.port}`,
    events: `http://127.0.0.1:${events.port}`,
  });
  return {
    database,
    here: openCluster(here.url),
    elsewhere: openCluster(elsewhere.url),
    presenters: { evaluate: urls(evaluate), review: urls(review) },
    token: ({ username, groups = [] }, expires = '12h') =>
      new SignJWT({ username, groups: [...groups] })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime(expires)
        .sign(new TextEncoder().encode(signKey)),
    stop: async () => {
      stopping.abort();
      await Promise.all(
        [evaluate, review].flatMap(({ resources, events }) => [resources.stop(), events.stop()]),
      );
      await Promise.all(clusters.map((cluster) => cluster.stop()));
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

function openCluster(url: string): AccessCluster {
  const headers = { authorization: 'Bearer root-token', 'content-type': 'application/json' };
  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok && answer.status !== 409) {
      throw new Error(`Cannot ${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
    return answer;
  };
  const api: AccessCluster['api'] = async (method, path, body) => {
    await (await send(method, path, body)).body?.cancel();
  };
  const collection = ({ kind = '', metadata: { namespace } }: KubernetesObject): string =>
    namespace === undefined ? `${rbac}/${plurals[kind]}` : `${rbac}/namespaces/${namespace}/${plurals[kind]}`;
  return {
    api,
    create: async (...objects) => {
      for (const object of objects) {
        const { namespace } = object.metadata;
        if (namespace !== undefined)
          await api('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
        await api('POST', collection(object), object);
      }
    },
    replace: (object) => api('PUT', `${collection(object)}/${object.metadata.name}`, object),
    remove: (object) => api('DELETE', `${collection(object)}/${object.metadata.name}`),
    reviews: async (user, attributes) => {
      const answer = await send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: user.username, groups: user.groups, resourceAttributes: attributes },
      });
      return ((await answer.json()) as { status: { allowed: boolean } }).status.allowed;
    },
  };
}
