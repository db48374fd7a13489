import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itOnDouble, type TestCluster, testCluster } from '../../test/support/cluster.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { KubernetesObject } from '../core/kubernetes-object.ts';
import type { ReflectorChange } from '../core/reflector-change.ts';
import type { ClusterFaults } from '../local/cluster/faults/cluster-faults.ts';
import type { DevelopmentCluster } from '../local/cluster/start-cluster.ts';
import { sleep } from '../runtime/sleep.ts';
import { createReflector } from './reflector.ts';
import type { ReflectorOptions } from './reflector-parts.ts';
import { createRequestGate } from './request-gate.ts';
import { createStreamingLists } from './streaming-lists.ts';

const configMaps = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' };
const arrival = { timeout: 40_000, interval: 50 };

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster({ settings: { bookmarkIntervalMs: 500 } });
});
afterAll(() => cluster.stop());

describe('a reflector on an API server', () => {
  it('brings creates, updates and deletes, with the object whole', async () => {
    const world = await follow();
    await world.put('a', { n: '1' });
    await expect
      .poll(() => world.state.get('a'), arrival)
      .toMatchObject({ data: { n: '1' }, kind: 'ConfigMap' });
    await world.put('a', { n: '2' });
    await expect.poll(() => world.state.get('a'), arrival).toMatchObject({ data: { n: '2' } });
    await world.remove('a');
    await expect.poll(() => world.state.has('a'), arrival).toBe(false);
    await world.stop();
  });

  it('lists what is there in pages and closes with manifests of it', async () => {
    const namespace = await cluster.createNamespace();
    for (let index = 0; index < 30; index += 1) await put(namespace, `c-${index}`, {});
    const world = await follow({}, namespace);
    await expect.poll(() => world.state.size, arrival).toBeGreaterThanOrEqual(30);
    await expect.poll(() => world.changes.some(({ kind }) => kind === 'progress'), arrival).toBe(true);
    const entries = world.changes.flatMap((change) =>
      change.kind === 'manifest' ? change.range.entries : [],
    );
    expect(entries.filter(([, name]) => name.startsWith('c-'))).toHaveLength(30);
    await world.stop();
  });

  it('lists by watch where the server can', async () => {
    const namespace = await cluster.createNamespace();
    for (let index = 0; index < 10; index += 1) await put(namespace, `c-${index}`, {});
    const listed: string[] = [];
    const world = await follow(
      {
        streamingLists: createStreamingLists(Date.now),
        request: (request) => {
          listed.push(request.path);
          return cluster.connection.request(request);
        },
      },
      namespace,
    );
    await expect.poll(() => world.versions(), arrival).toEqual(await world.expected());
    await world.put('late', {});
    await expect.poll(() => world.state.has('late'), arrival).toBe(true);
    expect(listed).toEqual([]);
    await world.stop();
  });

  it('resumes where another one stopped, with the deletes in between as they happened', async () => {
    const first = await follow();
    await first.put('kept', {});
    await first.put('doomed', {});
    await expect.poll(() => first.state.size, arrival).toBeGreaterThanOrEqual(2);
    const resumeFrom = first.version();
    await first.stop();
    await first.remove('doomed');
    await first.put('late', {});
    const second = await follow({ resumeFrom }, first.namespace);
    await expect.poll(() => second.state.has('late'), arrival).toBe(true);
    const kinds = second.changes.filter(({ kind }) => kind !== 'progress').map(({ kind }) => kind);
    expect(kinds.toSorted((a, b) => a.localeCompare(b))).toEqual(['deleted', 'upserted']);
    await second.stop();
  });

  const harms: [string, (faults: ClusterFaults) => void][] = [
    ['watches end', (faults) => faults.dropWatches('end')],
    ['watches break', (faults) => faults.dropWatches('reset')],
    ['a line breaks in its middle', (faults) => faults.breakNextLine()],
    ['watches fall silent', (faults) => faults.stallWatches(true)],
    ['the API server restarts', (faults) => faults.restart()],
    [
      'history is compacted',
      (faults) => {
        faults.dropWatches();
        faults.compactHistory();
      },
    ],
    [
      'versions are gone',
      (faults) => {
        faults.expire(3);
        faults.dropWatches();
      },
    ],
    [
      'requests are throttled',
      (faults) => {
        faults.refuse(429, 2, 1);
        faults.dropWatches();
      },
    ],
    [
      'the API server fails',
      (faults) => {
        faults.refuse(503, 3);
        faults.dropWatches();
      },
    ],
  ];
  for (const [name, harm] of harms) {
    itOnDouble(`ends up with the cluster's own state although ${name} in the middle of changes`, async () => {
      const { faults } = cluster.double as DevelopmentCluster;
      const world = await follow({ maxSilenceMs: 2_000 });
      for (let index = 0; index < 12; index += 1) await world.put(`c-${index}`, { n: '1' });
      await expect.poll(() => world.state.size, arrival).toBeGreaterThanOrEqual(12);
      harm(faults);
      for (let index = 0; index < 4; index += 1) await world.remove(`c-${index}`);
      for (let index = 2; index < 6; index += 1) await world.put(`c-${index}`, { n: '2' });
      for (let index = 20; index < 24; index += 1) await world.put(`c-${index}`, { n: '1' });
      await expect.poll(() => world.versions(), arrival).toEqual(await world.expected());
      faults.clear();
      await world.stop();
    });
  }
});

async function put(namespace: string, name: string, data: Record<string, string>): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
  const written = await retried(() => cluster.request({ method: 'PUT', path: `${path}/${name}`, body }));
  if (written.status === 404) await retried(() => cluster.request({ method: 'POST', path, body }));
}

/** The faults refuse the test's own requests as well. */
async function retried(work: () => ReturnType<TestCluster['request']>): ReturnType<TestCluster['request']> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await work();
    if ((answer.status !== 429 && answer.status !== 503) || attempt === 20) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function follow(tweaks: Partial<ReflectorOptions> = {}, existing?: string) {
  const namespace = existing ?? (await cluster.createNamespace());
  const changes: ReflectorChange[] = [];
  const state = new Map<string, KubernetesObject>();
  const stopping = new AbortController();
  const reflector = createReflector({
    kind: configMaps,
    namespace,
    request: cluster.connection.request,
    stream: cluster.connection.stream,
    gate: createRequestGate({ tokensPerSecond: 100, burst: 100, maxLists: 4, nowMs: Date.now, sleep }),
    emit: (change) => {
      changes.push(change);
      apply(state, change);
    },
    firstList: 'full',
    expectsBookmarks: true,
    emitsManifests: true,
    maxSilenceMs: 150_000,
    isServed: async () => true,
    observe: () => {},
    nowMs: Date.now,
    // Short waits: the rules for them have tests of their own.
    random: () => Math.random() / 10,
    sleep,
    ...tweaks,
  });
  const done = reflector.run(stopping.signal);
  const ended = done.then(
    () => undefined,
    () => undefined,
  );
  if (tweaks.resumeFrom === undefined) {
    await eventually(() => {
      if (!reflector.status().synced) throw new Error('not synced');
    }, arrival.timeout);
  }
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  return {
    namespace,
    changes,
    state,
    version: () => reflector.status().resourceVersion ?? '',
    put: (name: string, data: Record<string, string>) => put(namespace, name, data),
    remove: async (name: string) => {
      await retried(() => cluster.request({ method: 'DELETE', path: `${path}/${name}` }));
    },
    versions: () =>
      Object.fromEntries([...state].map(([name, object]) => [name, object.metadata.resourceVersion])),
    expected: async () => {
      const list = (await retried(() => cluster.request({ method: 'GET', path }))).body as {
        items: KubernetesObject[];
      };
      return Object.fromEntries(
        list.items.map(({ metadata }) => [metadata.name ?? '', metadata.resourceVersion]),
      );
    },
    stop: async () => {
      stopping.abort(new Error('test over'));
      await ended;
    },
  };
}

/** What a database would make of the changes. */
function apply(state: Map<string, KubernetesObject>, change: ReflectorChange): void {
  switch (change.kind) {
    case 'upserted':
      state.set(change.object.metadata.name ?? '', change.object);
      return;
    case 'deleted':
      remove(state, change.object.metadata.name ?? '', change.object.metadata.uid);
      return;
    case 'gone':
      remove(state, change.identity.name, change.identity.uid);
      return;
    case 'manifest':
    case 'progress':
      return;
  }
}

function remove(state: Map<string, KubernetesObject>, name: string, uid: string | undefined): void {
  if (state.get(name)?.metadata.uid === uid) state.delete(name);
}
