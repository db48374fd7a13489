import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { type DevelopmentCluster, startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { demoToken } from '../../lib/local/demo-tokens.ts';
import { loadConfig } from '../../lib/runtime/load-config.ts';
import type { Log } from '../../lib/runtime/log.ts';
import type { Running, Start } from '../../lib/runtime/run-function.ts';
import { type TestDatabase, testDatabase } from './database.ts';

const signKey = 'a sign key that only these tests have';

export type Rule = {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
};

/** A presenter over a database and a development cluster of its own, and users whose rights a test gives. */
export type ReadingWorld = {
  readonly database: TestDatabase;
  readonly cluster: DevelopmentCluster;
  readonly url: string;
  /** What the presenter logged as a warning or an error. */
  readonly troubles: { message: string; fields: object }[];
  /** A JWT for the user. */
  readonly token: (username: string, groups?: readonly string[]) => Promise<string>;
  /** Gives rights to a user or, with `group:`, to a group; everywhere where no namespace is named. */
  readonly grant: (
    to: string,
    rules: readonly Rule[],
    namespace?: string,
  ) => Promise<{ revoke: () => Promise<void> }>;
  readonly get: (path: string, token: string | undefined, init?: RequestInit) => Promise<Response>;
  readonly stop: () => Promise<void>;
};

/** The cluster's own name in rows is `here`. */
export async function startReadingWorld<Schema extends z.ZodType>(presenter: {
  readonly schema: Schema;
  readonly start: (
    start: Start<Readonly<z.output<Schema>>>,
    environment: Readonly<Record<string, string | undefined>>,
  ) => Promise<Running & { readonly port: number }>;
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<ReadingWorld> {
  const database = await testDatabase();
  const cluster = await startCluster({
    tokens: {
      'presenter-token': { username: 'presenter', groups: ['system:masters', 'system:authenticated'] },
      'opaque-alice': { username: 'alice', groups: ['team-a', 'system:authenticated'] },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'kubemirror-reading-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig('presenter'));
  const environment = {
    PORT: '0',
    METRICS_PORT: '0',
    DATABASE_URL: database.url,
    DB_READY_TIMEOUT: '10s',
    KUBECONFIG: kubeconfig,
    CLUSTER_NAME: 'here',
    JWT_SIGN_KEY: signKey,
    ...presenter.environment,
  };
  const troubles: { message: string; fields: object }[] = [];
  const note = (fields: object, message: string): void => void troubles.push({ message, fields });
  const log: Log = { debug: () => {}, info: () => {}, warn: note, error: note };
  const stopping = new AbortController();
  const running = await presenter.start(
    { config: loadConfig(presenter.schema, environment), log, signal: stopping.signal },
    environment,
  );
  const url = `http://127.0.0.1:${running.port}`;
  let grants = 0;

  const api = async (method: string, path: string, body?: object): Promise<void> => {
    const answer = await fetch(`${cluster.url}${path}`, {
      method,
      headers: { authorization: 'Bearer presenter-token', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok && answer.status !== 409)
      throw new Error(`Cannot ${method} ${path}: ${await answer.text()}`);
    await answer.body?.cancel();
  };

  return {
    database,
    cluster,
    url,
    troubles,
    token: (username, groups = []) => demoToken({ username, groups }, signKey),
    grant: async (to, rules, namespace) => {
      grants += 1;
      const name = `grant-${grants}`;
      const subject = to.startsWith('group:')
        ? { kind: 'Group', name: to.slice(6), apiGroup: 'rbac.authorization.k8s.io' }
        : { kind: 'User', name: to, apiGroup: 'rbac.authorization.k8s.io' };
      const base = '/apis/rbac.authorization.k8s.io/v1';
      const [roles, bindings, kind] =
        namespace === undefined
          ? [`${base}/clusterroles`, `${base}/clusterrolebindings`, 'ClusterRole']
          : [`${base}/namespaces/${namespace}/roles`, `${base}/namespaces/${namespace}/rolebindings`, 'Role'];
      if (namespace !== undefined) await api('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
      await api('POST', roles, { metadata: { name }, rules });
      await api('POST', bindings, {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
        subjects: [subject],
      });
      return { revoke: () => api('DELETE', `${bindings}/${name}`) };
    },
    get: (path, token, init = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(init.headers as Record<string, string> | undefined),
        },
      }),
    stop: async () => {
      stopping.abort();
      await running.stop();
      await cluster.stop();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}
