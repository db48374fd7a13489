import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { ResourceManifest } from '../../lib/core/resource-manifest.ts';
import { freePort } from '../../lib/local/free-port.ts';
import { loadConfig } from '../../lib/runtime/load-config.ts';
import type { Running } from '../../lib/runtime/run-function.ts';
import { type TestCluster, testCluster } from '../../test/support/cluster.ts';
import { type RecordingSink, startRecordingSink } from '../../test/support/recording-sink.ts';
import { resourcesWatcherConfig } from './config.ts';
import { startResourcesWatcher } from './start-watcher.ts';

const arrival = { timeout: 40_000, interval: 50 };

let cluster: TestCluster;
let sink: RecordingSink;
let namespace: string;
let watchers: { running: Running; signal: AbortController }[] = [];

beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  sink = await startRecordingSink();
  namespace = await cluster.createNamespace();
});
afterEach(async () => {
  for (const { running, signal } of watchers.splice(0)) {
    signal.abort();
    await running.stop();
  }
  await sink.stop();
});

describe('resources-watcher', () => {
  it('emits objects and manifests at its start, then every change', async () => {
    await write('configmaps', 'before');
    await start();
    await expect.poll(() => upserts('configmaps', 'before'), arrival).toHaveLength(1);
    await expect.poll(() => manifestNames('configmaps'), arrival).toContain('before');
    await write('configmaps', 'after');
    await expect.poll(() => upserts('configmaps', 'after'), arrival).toHaveLength(1);
    await remove('configmaps', 'after');
    await expect.poll(() => deletes('configmaps', 'after'), arrival).toHaveLength(1);
    const [event] = upserts('configmaps', 'after');
    expect(event).toMatchObject({
      source: '/clusters/test/resources-watcher',
      subject: `/v1/configmaps/${namespace}/after`,
      extensions: { partitionkey: objectOf(event).metadata.uid },
    });
    expect(event?.id).toBe(
      `test/${objectOf(event).metadata.uid}/${objectOf(event).metadata.resourceVersion}/upserted`,
    );
  });

  it('lets no value of a Secret out, whether listed, watched or deleted', async () => {
    const value = randomUUID();
    await write('secrets', 'before', { stringData: { password: value } });
    await start();
    await write('secrets', 'after', { stringData: { password: value } });
    await remove('secrets', 'before');
    await expect.poll(() => deletes('secrets', 'before'), arrival).toHaveLength(1);
    await expect.poll(() => upserts('secrets', 'after'), arrival).toHaveLength(1);
    const sent = JSON.stringify(sink.events);
    expect(sent).not.toContain(value);
    expect(sent).not.toContain(Buffer.from(value).toString('base64'));
    expect(objectOf(upserts('secrets', 'after')[0])['data']).toEqual({ password: 'UkVEQUNURUQ=' });
  });

  it('follows custom resources of managed groups from their definition to their end', async () => {
    await start();
    const group = 'core.krateo.io';
    const plural = `things${randomUUID().slice(0, 8)}`;
    const definition = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`;
    cluster.deleteLater(definition);
    await define(group, plural);
    await untilStatus(`/apis/${group}/v1/namespaces/${namespace}/${plural}`, 200);
    const path = `/apis/${group}/v1/namespaces/${namespace}/${plural}`;
    await cluster.request({
      method: 'POST',
      path,
      body: { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'one' }, spec: { size: 3 } },
    });
    await expect.poll(() => upserts(plural, 'one'), arrival).toHaveLength(1);
    expect(upserts(plural, 'one')[0]?.subject).toBe(`${group}/v1/${plural}/${namespace}/one`);
    await cluster.request({ method: 'DELETE', path: definition });
    await expect.poll(() => deletes(plural, 'one'), arrival).toHaveLength(1);
    // Whoever missed that learns from an empty manifest that nothing of it is left.
    await expect.poll(() => manifests(plural).at(-1)?.entries, arrival).toEqual([]);
    const end = manifests(plural).at(-1);
    expect(end).not.toHaveProperty('from');
    expect(end).not.toHaveProperty('to');
  });

  it('fetches and emits what a database wants, and nothing that it does not follow', async () => {
    const port = await start();
    await write('configmaps', 'lost');
    await expect.poll(() => upserts('configmaps', 'lost'), arrival).toHaveLength(1);
    sink.clear();
    const identities = [{ namespace, name: 'lost', uid: 'any' }];
    const kind = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' };
    expect(await want(port, { ...kind, cluster: 'test', identities })).toBe(202);
    expect(await want(port, { ...kind, cluster: 'other', identities })).toBe(204);
    expect(await want(port, { ...kind, resource: 'leases', cluster: 'test', identities })).toBe(202);
    await expect.poll(() => upserts('configmaps', 'lost'), arrival).toHaveLength(1);
    expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' })).status).toBe(400);
  });

  it('compares everything again every RECONCILE_INTERVAL', async () => {
    await write('configmaps', 'kept');
    await start({ RECONCILE_INTERVAL: '500ms' });
    const rounds = () =>
      manifests('configmaps').filter(({ entries }) => entries.some(([, name]) => name === 'kept'));
    await expect.poll(() => rounds().length, arrival).toBeGreaterThan(3);
  });

  it('holds everything back while the sink is away, and loses nothing', async () => {
    await start();
    await expect.poll(() => manifests('configmaps').length, arrival).toBeGreaterThan(0);
    sink.answerWith(503, { 'retry-after': '1' });
    for (let index = 0; index < 20; index += 1) await write('configmaps', `c-${index}`);
    await remove('configmaps', 'c-3');
    sink.answerWith(202);
    await expect.poll(() => upserts('configmaps').length, arrival).toBeGreaterThanOrEqual(20);
    await expect.poll(() => deletes('configmaps', 'c-3'), arrival).toHaveLength(1);
  });

  it('goes on where it stopped, and sends only what happened meanwhile', async () => {
    const leases = { LEASE_NAMESPACE: namespace, PORT: String(await freePort()) };
    await write('configmaps', 'before');
    await write('configmaps', 'doomed');
    await start(leases);
    await expect.poll(() => manifestNames('configmaps'), arrival).toContain('doomed');
    await stopLast();
    sink.clear();
    await remove('configmaps', 'doomed');
    await write('configmaps', 'meanwhile');
    await start(leases);
    await expect.poll(() => upserts('configmaps', 'meanwhile'), arrival).toHaveLength(1);
    await expect.poll(() => deletes('configmaps', 'doomed'), arrival).toHaveLength(1);
    // The metadata list that follows finds the rest; no object is sent twice.
    await expect.poll(() => manifestNames('configmaps'), arrival).toContain('before');
    expect(upserts('configmaps', 'before')).toEqual([]);
  });

  it('lets one of two replicas work, and the other take over', async () => {
    const election = { LEADER_ELECTION: 'true', LEASE_NAMESPACE: namespace };
    await start(election);
    await expect.poll(() => manifests('configmaps').length, arrival).toBeGreaterThan(0);
    const [first] = watchers;
    sink.clear();
    const second = await start(election);
    expect(await (await fetch(`http://127.0.0.1:${second}/readyz`)).text()).toBe('ok');
    await write('configmaps', 'one');
    await expect.poll(() => upserts('configmaps', 'one'), arrival).toHaveLength(1);
    expect(manifests('configmaps')).toEqual([]);
    watchers = watchers.filter((watcher) => watcher !== first);
    first?.signal.abort();
    await first?.running.stop();
    await write('configmaps', 'two');
    await expect.poll(() => upserts('configmaps', 'two'), arrival).toHaveLength(1);
  });
});

async function start(environment: Readonly<Record<string, string>> = {}): Promise<number> {
  const port = environment['PORT'] === undefined ? await freePort() : Number(environment['PORT']);
  const all = {
    KUBECONFIG: cluster.kubeconfigFile,
    K_SINK: sink.url,
    CLUSTER_NAME: 'test',
    PORT: String(port),
    METRICS_PORT: '0',
    API_QPS: '200',
    API_BURST: '200',
    ...environment,
  };
  const signal = new AbortController();
  const running = await startResourcesWatcher(
    { config: loadConfig(resourcesWatcherConfig, all), log: quiet, signal: signal.signal },
    all,
  );
  running.failed?.catch(() => undefined);
  watchers.push({ running, signal });
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status, arrival).toBe(200);
  return port;
}

async function stopLast(): Promise<void> {
  const last = watchers.pop();
  last?.signal.abort();
  await last?.running.stop();
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function upserts(resource: string, name?: string): readonly CloudEvent[] {
  return ofType('io.kubemirror.resource.upserted', resource, name);
}

function deletes(resource: string, name: string): readonly CloudEvent[] {
  return ofType('io.kubemirror.resource.deleted', resource, name);
}

function ofType(type: string, resource: string, name: string | undefined): readonly CloudEvent[] {
  return sink.events.filter((event) => {
    const [, , plural, place, ownName] = event.subject?.split('/') ?? [];
    const isHere = plural === resource && place === namespace;
    return event.type === type && isHere && (name === undefined || ownName === name);
  });
}

function manifests(resource: string): readonly ResourceManifest[] {
  return sink.events
    .filter((event) => event.type === 'io.kubemirror.resource.manifest')
    .map((event) => event.data as ResourceManifest)
    .filter((manifest) => manifest.resource === resource);
}

function manifestNames(resource: string): readonly string[] {
  return manifests(resource).flatMap(({ entries }) =>
    entries.filter(([place]) => place === namespace).map(([, name]) => name),
  );
}

function objectOf(event: CloudEvent | undefined): KubernetesObject {
  return event?.data as KubernetesObject;
}

async function write(resource: 'configmaps' | 'secrets', name: string, content: object = {}): Promise<void> {
  const kind = resource === 'configmaps' ? 'ConfigMap' : 'Secret';
  const answer = await cluster.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/${resource}`,
    body: { apiVersion: 'v1', kind, metadata: { name }, ...content },
  });
  expect(answer.status).toBe(201);
}

async function remove(resource: string, name: string): Promise<void> {
  const answer = await cluster.request({
    method: 'DELETE',
    path: `/api/v1/namespaces/${namespace}/${resource}/${name}`,
  });
  expect(answer.status).toBe(200);
}

async function define(group: string, plural: string): Promise<void> {
  const answer = await cluster.request({
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural, singular: plural.slice(0, -1), kind: 'Thing', listKind: 'ThingList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    },
  });
  expect(answer.status).toBe(201);
}

async function untilStatus(path: string, status: number): Promise<void> {
  await expect
    .poll(async () => (await cluster.request({ method: 'GET', path })).status, arrival)
    .toBe(status);
}

async function want(port: number, data: object): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': randomUUID(),
      'ce-source': '/clusters/test/resources-ingester',
      'ce-type': 'io.kubemirror.resource.wanted',
    },
    body: JSON.stringify(data),
  });
  return answer.status;
}
