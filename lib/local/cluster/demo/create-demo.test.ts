import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { conformanceTokens } from '../conformance-tokens.ts';
import { startCluster } from '../start-cluster.ts';
import { createDemo } from './create-demo.ts';
import { createLoopbackRequest } from './loopback-request.ts';

/** A cluster and its demo, with a clock that the test moves. */
async function open() {
  let nowMs = Date.parse('2026-05-06T07:08:30Z');
  const now = () => new Date(nowMs);
  // Pods end at once, so that no step has to wait for real time.
  const cluster = await startCluster({ tokens: conformanceTokens, now, settings: { maxPodGraceMs: 1 } });
  const { url, certificateAuthority } = cluster;
  const ending = new AbortController();
  const request = createLoopbackRequest({
    url,
    certificateAuthority,
    token: 'admin-token',
    signal: ending.signal,
  });
  const errors: unknown[] = [];
  const begin = () =>
    createDemo({ request, now, random: randomOf(3), onError: (error) => errors.push(error) });
  const demo = begin();
  await demo.seed();
  const list = async (path: string, query = '') => {
    const { body } = await request({ method: 'GET', path: `${path}${query}` });
    return (body as { items: (KubernetesObject & { status?: Record<string, unknown> })[] }).items;
  };
  const run = async (seconds: number, stride = 1, stepped = demo) => {
    for (let i = 0; i < seconds; i += stride) {
      nowMs += stride * 1_000;
      await stepped.step();
      await delay(3);
    }
  };
  const stop = async () => {
    ending.abort();
    await cluster.stop();
  };
  return { request, demo, begin, list, run, errors, stop };
}

// One cluster for all: what a test creates lives in namespaces and names of its own.
const { request, demo, begin, list, run, errors, stop } = await open();
afterAll(stop);
// oxlint-disable-next-line vitest/no-standalone-expect -- no test may leave an error behind
afterEach(() => expect(errors).toEqual([]));

describe('the demo', () => {
  it('brings its workloads up, with events of all who take part', async () => {
    await run(15);
    for (const { metadata, status } of await list('/apis/apps/v1/deployments')) {
      expect(status, metadata.name).toMatchObject({ observedGeneration: expect.any(Number) });
      expect(status?.['readyReplicas'], metadata.name).toBe(status?.['replicas']);
    }
    expect(await list('/apis/apps/v1/statefulsets')).toMatchObject([{ status: { readyReplicas: 2 } }]);
    expect(await list('/apis/apps/v1/daemonsets')).toMatchObject([{ status: { numberReady: 2 } }]);
    expect(await list('/apis/policy/v1/poddisruptionbudgets')).toMatchObject([
      { status: { expectedPods: 3, currentHealthy: 3, desiredHealthy: 1, disruptionsAllowed: 2 } },
    ]);
    expect(new Set((await list('/api/v1/pods')).map(({ metadata }) => metadata.namespace))).toEqual(
      new Set(['shop', 'payments', 'portal']),
    );
    const events = await list('/api/v1/events');
    expect(new Set(events.map((event) => event['reportingComponent']))).toEqual(
      new Set([
        ...[
          'deployment-controller',
          'replicaset-controller',
          'statefulset-controller',
          'daemonset-controller',
        ],
        ...['job-controller', 'kubelet', 'default-scheduler', 'horizontal-pod-autoscaler'],
        'composition-controller',
      ]),
    );
  });

  it('finds its objects again, and changes nothing more than time asks for', async () => {
    const uids = async () => (await list('/apis/apps/v1/deployments')).map(({ metadata }) => metadata.uid);
    const before = await uids();
    const again = begin();
    await again.seed();
    await run(2, 1, again);
    expect(await uids()).toEqual(before);
    const pods = await list('/api/v1/pods');
    await demo.step();
    expect(await list('/api/v1/pods')).toEqual(pods);
  });

  it('marks what a composition stands for with its id, and takes it away with it', async () => {
    const [website] = await list('/apis/composition.krateo.io/v1-0-0/namespaces/shop/websites');
    const query = `?labelSelector=${encodeURIComponent(`krateo.io/composition-id=${website?.metadata.uid}`)}`;
    const paths = ['/apis/apps/v1/deployments', '/api/v1/services', '/api/v1/configmaps'];
    for (const path of paths) expect(await list(path, query), path).toHaveLength(1);
    expect(website?.status).toMatchObject({ conditions: [{ type: 'Ready', status: 'True' }] });

    await request({
      method: 'PATCH',
      path: '/apis/composition.krateo.io/v1-0-0/namespaces/shop/websites/landing-page',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { replicas: 3, theme: 'dark' } },
    });
    await run(6);
    expect(await list('/apis/apps/v1/deployments', query)).toMatchObject([
      { spec: { replicas: 3 }, status: { updatedReplicas: 3, readyReplicas: 3 } },
    ]);

    await request({
      method: 'DELETE',
      path: '/apis/composition.krateo.io/v1-0-0/namespaces/shop/websites/landing-page',
    });
    await expect.poll(() => list('/apis/apps/v1/deployments', query)).toEqual([]);
    await run(2);
    for (const path of paths) expect(await list(path, query), path).toEqual([]);
  });

  it('treats what a user creates, scales and breaks as controllers would', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'mine' };
    const pods = () => list('/api/v1/namespaces/default/pods');
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'mine:1' }] } };
    await request({
      method: 'POST',
      path,
      body: {
        metadata: { name: 'mine' },
        spec: { replicas: 2, selector: { matchLabels: labels }, template },
      },
    });
    await run(4);
    expect((await pods()).map(({ status }) => status?.['phase'])).toEqual(['Running', 'Running']);
    const patch = (body: object) =>
      request({
        method: 'PATCH',
        path: `${path}/mine`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body,
      });
    await patch({ spec: { replicas: 1 } });
    await run(3);
    expect(await pods()).toHaveLength(1);
    await patch({ spec: { template: { spec: { containers: [{ name: 'c', image: 'mine:missing' }] } } } });
    await run(5);
    const reasons = (await pods()).flatMap(({ status }) =>
      ((status?.['containerStatuses'] ?? []) as { state: { waiting?: { reason: string } } }[]).map(
        ({ state }) => state.waiting?.reason,
      ),
    );
    expect(new Set(reasons)).toEqual(new Set(['ImagePullBackOff', undefined]));
    const messages = (await list('/api/v1/namespaces/default/events')).map((event) => event['message']);
    expect(messages).toContainEqual(expect.stringMatching(/^Scaled up replica set mine-\w+ from 0 to 2$/));
    expect(messages).toContainEqual(expect.stringMatching(/^Scaled down replica set mine-\w+ from 2 to 1$/));
    expect(messages).toContainEqual(expect.stringMatching(/^Deleted pod: mine-/));
    await request({ method: 'DELETE', path: `${path}/mine` });
    await expect.poll(pods).toEqual([]);
    await run(2);
    expect(await list('/apis/apps/v1/namespaces/default/replicasets')).toEqual([]);
  });

  it('runs Jobs of CronJobs to their end and keeps a few', async () => {
    await request({
      method: 'POST',
      path: '/apis/batch/v1/namespaces/default/cronjobs',
      body: {
        metadata: { name: 'tick' },
        spec: {
          schedule: '* * * * *',
          successfulJobsHistoryLimit: 1,
          jobTemplate: {
            spec: {
              template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'tick:1' }] } },
            },
          },
        },
      },
    });
    await run(110, 5);
    const jobs = await list('/apis/batch/v1/namespaces/default/jobs');
    expect(jobs).toHaveLength(1);
    expect(jobs[0]?.status).toMatchObject({ succeeded: 1, completionTime: expect.any(String) });
    const reasons = (await list('/api/v1/namespaces/default/events')).map((event) => event['reason']);
    expect(reasons).toEqual(expect.arrayContaining(['SawCompletedJob', 'SuccessfulDelete', 'Completed']));
  });

  it('keeps moving: pods come and go, counts of events grow', async () => {
    const before = new Set((await list('/api/v1/pods')).map(({ metadata }) => metadata.uid));
    await run(150, 5);
    const after = new Set((await list('/api/v1/pods')).map(({ metadata }) => metadata.uid));
    expect([...after].some((uid) => !before.has(uid))).toBe(true);
    expect([...before].some((uid) => !after.has(uid))).toBe(true);
    const counts = (await list('/api/v1/events')).map((event) => Number(event['count'] ?? 1));
    expect(Math.max(...counts)).toBeGreaterThan(5);
  });

  it('gives alice and bob different rights', async () => {
    const may = async (user: string, groups: string[], attributes: object) => {
      const { body } = await request({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: { spec: { user, groups, resourceAttributes: attributes } },
      });
      return (body as { status: { allowed: boolean } }).status.allowed;
    };
    const alice = (attributes: object) => may('alice', ['team-a'], attributes);
    const bob = (attributes: object) => may('bob', ['team-b'], attributes);
    const pods = (namespace: string) => ({ verb: 'list', resource: 'pods', namespace });
    const websites = { verb: 'list', group: 'composition.krateo.io', resource: 'websites' };
    const secret = { verb: 'get', resource: 'secrets', namespace: 'payments' };
    expect([await alice(pods('shop')), await alice(pods('payments')), await alice(websites)]).toEqual([
      ...[true, false, false],
    ]);
    expect([await bob(pods('shop')), await bob(pods('payments')), await bob(websites)]).toEqual([
      ...[false, true, true],
    ]);
    expect(await bob(secret)).toBe(false);
  });
});

/** A linear congruential generator: what it gives only depends on the seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
