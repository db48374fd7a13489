import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import type { KubernetesAnswer, KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { connectKubernetes, type KubernetesConnection } from '../../lib/kubernetes/connect-kubernetes.ts';
import { conformanceTokens } from '../../lib/local/cluster/conformance-tokens.ts';
import {
  type DevelopmentCluster,
  type StartClusterOptions,
  startCluster,
} from '../../lib/local/cluster/start-cluster.ts';
import { removeAll } from './remove-all.ts';

/** A cluster that tests may use: the API double, or the one of `TEST_KUBECONFIG`. */
export type TestCluster = {
  readonly serverUrl: string;
  /** As an administrator; every answer is returned, also refusals. */
  readonly request: KubernetesRequest;
  readonly connection: KubernetesConnection;
  /** An administrator's kubeconfig, for processes that a test starts. */
  readonly kubeconfigFile: string;
  /** The double, where it is one: only it can lose history, refuse requests or break watches on demand. */
  readonly double: DevelopmentCluster | undefined;
  /** Creates a namespace of the test's own; it is deleted at the end. */
  readonly createNamespace: () => Promise<string>;
  /** A user without any rights: a ServiceAccount in the namespace, and a token of it. */
  readonly createUser: (namespace: string, name: string) => Promise<{ username: string; token: string }>;
  /** Deletes a cluster-scoped object at the end, such as a definition that a test has created. */
  readonly deleteLater: (path: string) => void;
  readonly stop: () => Promise<void>;
};

/** True where tests run against the API double. */
export const isDouble = (process.env['TEST_KUBECONFIG'] ?? '') === '';

/**
 * `it` for what only the API double can bring about, such as an outage. Against a real cluster the test's place is
 * taken by one that says that it was left out.
 */
export const itOnDouble: (sentence: string, test: () => Promise<void>, timeoutMs?: number) => void = isDouble
  ? it
  : (sentence) => {
      it(`is left out, as only the API double can do it: ${sentence}`, () => {
        expect(isDouble).toBe(false);
      });
    };

/**
 * The cluster for tests. With `TEST_KUBECONFIG=FILE` it is that file's current context, where the test works in
 * namespaces of its own and cleans up; otherwise a fresh API double.
 * @param options only mean the double
 */
export async function testCluster(options: Partial<StartClusterOptions> = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'kubemirror-cluster-'));
  const double = isDouble ? await startCluster({ tokens: conformanceTokens, ...options }) : undefined;
  const kubeconfigFile = double === undefined ? process.env['TEST_KUBECONFIG'] : join(folder, 'kubeconfig');
  if (kubeconfigFile === undefined) throw new Error('Cannot find a cluster: TEST_KUBECONFIG is not set');
  if (double !== undefined) writeFileSync(kubeconfigFile, double.kubeconfig('admin'), { mode: 0o600 });

  const connection = await connectKubernetes({
    environment: { KUBECONFIG: kubeconfigFile },
    userAgent: 'kubemirror-test',
  });
  const { request } = connection;
  const namespaces: string[] = [];
  const later: string[] = [];
  return {
    serverUrl: connection.serverUrl,
    request,
    connection,
    kubeconfigFile,
    double,
    createNamespace: async () => {
      const created = await request({
        method: 'POST',
        path: '/api/v1/namespaces',
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: 'kubemirror-test-' } },
      });
      const { name } = (requireStatus(created, 201).body as { metadata: { name: string } }).metadata;
      namespaces.push(name);
      return name;
    },
    createUser: (namespace, name) => createUser(request, namespace, name),
    deleteLater: (path) => later.push(path),
    stop: async () => {
      // The double takes everything with it.
      if (double === undefined) await removeAll(request, namespaces, later);
      await connection.close();
      await double?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function createUser(
  request: KubernetesRequest,
  namespace: string,
  name: string,
): Promise<{ username: string; token: string }> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  requireStatus(
    await request({
      method: 'POST',
      path,
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
    }),
    201,
  );
  const answer = await request({
    method: 'POST',
    path: `${path}/${name}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 3_600 },
    },
  });
  const { status } = requireStatus(answer, 201).body as { status: { token: string } };
  return { username: `system:serviceaccount:${namespace}:${name}`, token: status.token };
}

function requireStatus(answer: KubernetesAnswer, status: number): KubernetesAnswer {
  if (answer.status === status) return answer;
  throw new Error(`Cannot prepare the cluster: ${answer.status} ${JSON.stringify(answer.body)}`);
}
