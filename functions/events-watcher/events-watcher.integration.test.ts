import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import { freePort } from '../../lib/local/free-port.ts';
import { loadConfig } from '../../lib/runtime/load-config.ts';
import type { Running } from '../../lib/runtime/run-function.ts';
import { type TestCluster, testCluster } from '../../test/support/cluster.ts';
import { type RecordingSink, startRecordingSink } from '../../test/support/recording-sink.ts';
import { eventsWatcherConfig } from './config.ts';
import { startEventsWatcher } from './start-watcher.ts';

const arrival = { timeout: 40_000, interval: 50 };

let cluster: TestCluster;
let sink: RecordingSink;
let namespace: string;
const watchers: { running: Running; signal: AbortController }[] = [];

beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  sink = await startRecordingSink();
  namespace = await cluster.createNamespace();
});
afterEach(async () => {
  for (const watcher of watchers.splice(0)) await stop(watcher);
  await sink.stop();
});

describe('events-watcher', () => {
  it('emits what the API server holds at its start, however old, then every version of every event', async () => {
    await record('old', { lastTimestamp: '2001-01-01T00:00:00Z' });
    await start();
    await expect.poll(() => counts('old'), arrival).toEqual([1]);
    await record('new');
    await expect.poll(() => counts('new'), arrival).toEqual([1]);
    for (const count of [2, 3]) await repeat('new', count);
    await expect.poll(() => counts('new'), arrival).toEqual([1, 2, 3]);
    const [first] = recorded('new');
    expect(first).toMatchObject({
      source: '/clusters/test/events-watcher',
      subject: `/v1/events/${namespace}/new`,
      extensions: { involvedresource: 'deployments' },
    });
  });

  it('says nothing about events that end', async () => {
    await start();
    await record('short');
    await expect.poll(() => counts('short'), arrival).toEqual([1]);
    await cluster.request({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/events/short` });
    await record('after');
    await expect.poll(() => counts('after'), arrival).toEqual([1]);
    expect(sink.events.every((event) => event.type === 'io.kubemirror.event.recorded')).toBe(true);
    expect(recorded('short')).toHaveLength(1);
  });

  it('goes on where it stopped, with every version in between, and sends once more what is still held', async () => {
    const leases = { LEASE_NAMESPACE: namespace, PORT: String(await freePort()) };
    await start(leases);
    await record('a');
    await expect.poll(() => counts('a'), arrival).toEqual([1]);
    const last = watchers.pop();
    if (last !== undefined) await stop(last);
    sink.clear();
    await record('b');
    await repeat('b', 2);
    await repeat('b', 3);
    await start(leases);
    await expect.poll(() => new Set(counts('b')), arrival).toEqual(new Set([1, 2, 3]));
    await expect.poll(() => counts('a'), arrival).toEqual([1]);
  });

  it('lets new events pass while the sink is too slow for the repetitions of others, and loses no newest count', async () => {
    await start({ MAX_IN_FLIGHT: '1' });
    await record('noisy');
    await expect.poll(() => counts('noisy'), arrival).toEqual([1]);
    sink.answerWith(503, { 'retry-after': '1' });
    for (let count = 2; count <= 40; count += 1) await repeat('noisy', count);
    await record('quiet');
    sink.answerWith(202);
    await expect.poll(() => counts('noisy').at(-1), arrival).toBe(40);
    await expect.poll(() => counts('quiet'), arrival).toEqual([1]);
    expect(counts('noisy').length).toBeLessThan(40);
  });
});

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const port = environment['PORT'] ?? String(await freePort());
  const all = {
    KUBECONFIG: cluster.kubeconfigFile,
    K_SINK: sink.url,
    CLUSTER_NAME: 'test',
    NAMESPACES: namespace,
    METRICS_PORT: '0',
    ...environment,
    PORT: port,
  };
  const signal = new AbortController();
  const running = await startEventsWatcher(
    { config: loadConfig(eventsWatcherConfig, all), log: quiet, signal: signal.signal },
    all,
  );
  running.failed?.catch(() => undefined);
  watchers.push({ running, signal });
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status, arrival).toBe(200);
}

async function stop({ running, signal }: { running: Running; signal: AbortController }): Promise<void> {
  signal.abort();
  await running.stop();
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function recorded(name: string): readonly CloudEvent[] {
  return sink.events.filter((event) => event.subject === `/v1/events/${namespace}/${name}`);
}

function counts(name: string): readonly unknown[] {
  return recorded(name).map((event) => (event.data as KubernetesObject)['count']);
}

async function record(name: string, times: object = {}): Promise<void> {
  const answer = await cluster.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/events`,
    body: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name },
      involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' },
      reason: 'Tested',
      message: 'for a test',
      type: 'Normal',
      count: 1,
      ...times,
    },
  });
  expect(answer.status).toBe(201);
}

async function repeat(name: string, count: number): Promise<void> {
  const answer = await cluster.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/events/${name}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { count },
  });
  expect(answer.status).toBe(200);
}
