import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import {
  type AccessCluster,
  type AccessMode,
  type AccessWorld,
  accessModes,
  startAccessWorld,
} from '../support/access-world.ts';
import { eventually } from '../support/eventually.ts';
import { insertEvents } from '../support/insert-events.ts';
import { insertHistory } from '../support/insert-history.ts';
import { insertResources } from '../support/insert-resources.ts';
import { openStream } from '../support/open-stream.ts';
import { openWatch } from '../support/open-watch.ts';
import { aggregatedRole, bindingObject, roleObject } from '../support/rbac-objects.ts';

/** Within this a right that was taken away stops lists and open streams, and one that was given counts. */
const withinMs = 5_000;
/** How far JWTs may be over: clocks differ. */
const leewaySeconds = 5;

const reading = [
  { verbs: ['get', 'list', 'watch'], apiGroups: ['apps'], resources: ['deployments'] },
  { verbs: ['list', 'watch'], apiGroups: [''], resources: ['events'] },
];

let world: AccessWorld;

beforeAll(async () => {
  world = await startAccessWorld();
});
afterAll(() => world.stop());

type Way = {
  /** What gives the right, in the order in which it is created. */
  readonly objects: readonly KubernetesObject[];
  readonly take: (cluster: AccessCluster) => Promise<void>;
  readonly giveBack: (cluster: AccessCluster) => Promise<void>;
};

/** Each in a namespace and for a user of its own, so that all can go on at the same time. */
const ways: Readonly<Record<string, (namespace: string, user: string) => Way>> = {
  'its binding is deleted': (namespace, user) => {
    const role = roleObject('reader', namespace, reading);
    const binding = bindingObject('reader', namespace, role, [`user:${user}`]);
    return {
      objects: [role, binding],
      take: (cluster) => cluster.remove(binding),
      giveBack: (cluster) => cluster.create(binding),
    };
  },
  'the Role of the namespace is deleted': (namespace, user) => {
    const role = roleObject('reader', namespace, reading);
    return {
      objects: [role, bindingObject('reader', namespace, role, [`user:${user}`])],
      take: (cluster) => cluster.remove(role),
      giveBack: (cluster) => cluster.create(role),
    };
  },
  'its role allows less': (namespace, user) => {
    const role = roleObject(`reader-${namespace}`, undefined, reading);
    const less = roleObject(`reader-${namespace}`, undefined, [
      { verbs: ['create'], apiGroups: ['*'], resources: ['*'] },
    ]);
    return {
      objects: [role, bindingObject('reader', namespace, role, [`user:${user}`])],
      take: (cluster) => cluster.replace(less),
      giveBack: (cluster) => cluster.replace(role),
    };
  },
  'a binding names the user no more': (namespace, user) => {
    const role = roleObject('reader', namespace, reading);
    const binding = bindingObject('reader', namespace, role, ['user:somebody', `user:${user}`]);
    return {
      objects: [role, binding],
      take: (cluster) => cluster.replace(bindingObject('reader', namespace, role, ['user:somebody'])),
      giveBack: (cluster) => cluster.replace(binding),
    };
  },
  'a binding names a group of the token no more': (namespace, user) => {
    const role = roleObject(`reader-${namespace}`, undefined, reading);
    const binding = bindingObject(`reader-${namespace}`, undefined, role, [`group:friends-of-${user}`]);
    return {
      objects: [role, binding],
      take: (cluster) =>
        cluster.replace(bindingObject(`reader-${namespace}`, undefined, role, ['group:others'])),
      giveBack: (cluster) => cluster.replace(binding),
    };
  },
  'an aggregated ClusterRole loses a part': (namespace, user) => {
    const part = { part: `reader-${namespace}` };
    const whole = aggregatedRole(`all-${namespace}`, part);
    const role = roleObject(`reader-${namespace}`, undefined, reading, part);
    return {
      objects: [role, whole, bindingObject('reader', namespace, whole, [`user:${user}`])],
      take: (cluster) => cluster.replace(roleObject(`reader-${namespace}`, undefined, reading)),
      giveBack: (cluster) => cluster.replace(role),
    };
  },
};

/** Commits an event and a change of an object of one name in the namespace. */
async function commit(namespace: string, name: string): Promise<void> {
  const { pool } = world.database;
  await insertEvents(pool, [{ name: `${namespace}-${name}`, namespace }]);
  await insertHistory(pool, [{ name, namespace, uid: `${namespace}-${name}-uid` }]);
}

/** What one user can do with one namespace, by everything that there is to read it. */
function reader(mode: AccessMode, namespace: string, token: string) {
  const { resources, events } = world.presenters[mode];
  const headers = { authorization: `Bearer ${token}` };
  const status = async (url: string): Promise<number> => {
    const answer = await fetch(url, { headers });
    await answer.body?.cancel();
    return answer.status;
  };
  const member = async (url: string, name: string): Promise<unknown> => {
    const answer = await fetch(url, { headers });
    const body = (await answer.json()) as Record<string, unknown>;
    return answer.ok ? body[name] : answer.status;
  };
  const kube = {
    deployments: `${resources}/apis/apps/v1/namespaces/${namespace}/deployments`,
    events: `${resources}/api/v1/namespaces/${namespace}/events`,
  };
  const query = `group=apps&resource=deployments&namespace=${namespace}`;
  const follow = async (url: string) => {
    const stream = await openStream(url, { token });
    return {
      names: () =>
        stream.frames.map(({ data }) => {
          const { global_uid: uid } = JSON.parse(data) as { global_uid: string };
          return uid.slice(`here:${namespace}-`.length, -'-uid'.length);
        }),
      leave: stream.leave,
    };
  };
  return {
    answers: async () => ({
      events:
        ((await member(`${events}/events?namespace=${namespace}`, 'resources')) as unknown[]).length > 0,
      eventCount: (await member(`${events}/events/count?namespace=${namespace}`, 'count')) !== 0,
      eventsOfObject: (await status(`${resources}/resources/here:${namespace}-seed-uid/events`)) === 200,
      resources: (await status(`${resources}/resources?${query}`)) === 200,
      count: (await status(`${resources}/resources/count?${query}`)) === 200,
      summary: (await status(`${resources}/resources/summary?${query}`)) === 200,
      detail: (await status(`${resources}/resources/here:${namespace}-seed-uid`)) === 200,
      history: (await status(`${resources}/resources/here:${namespace}-seed-uid/history`)) === 200,
      tree: (await status(`${resources}/resources/here:${namespace}-seed-uid/tree`)) === 200,
      kubeList: (await status(kube.deployments)) === 200,
      kubeGet: (await status(`${kube.deployments}/seed`)) === 200,
      kubeEvents: (await status(kube.events)) === 200,
      kubeWatch: await canWatch(`${kube.deployments}?watch=1`, token),
    }),
    streams: () =>
      Promise.all([
        follow(`${events}/notifications?namespace=${namespace}`),
        follow(`${resources}/resources/stream?group=apps&namespace=${namespace}`),
      ]),
    watches: () =>
      Promise.all(
        [kube.deployments, kube.events].map((url) =>
          openWatch(`${url}?watch=1&allowWatchBookmarks=1`, token),
        ),
      ),
  };
}

async function canWatch(url: string, token: string): Promise<boolean> {
  const watch = await openWatch(url, token).catch(() => undefined);
  await watch?.leave();
  return watch !== undefined;
}

const everything = {
  events: true,
  eventCount: true,
  eventsOfObject: true,
  resources: true,
  count: true,
  summary: true,
  detail: true,
  history: true,
  tree: true,
  kubeList: true,
  kubeGet: true,
  kubeEvents: true,
  kubeWatch: true,
};
const nothing = Object.fromEntries(Object.keys(everything).map((name) => [name, false]));

/** Reviews know nothing of the way in which a right went; two will do. */
function waysOf(mode: AccessMode): [string, (typeof ways)[string]][] {
  const all = Object.entries(ways);
  return mode === 'evaluate'
    ? all
    : all.filter(([way]) => way.includes('binding is deleted') || way.includes('group'));
}

describe.concurrent.each(accessModes)('by mode %s, a right', (mode) => {
  it.concurrent.each(waysOf(mode))(
    'stops lists and open streams within 5 s when %s, and counts within 5 s when it is back',
    async (_, wayOf) => {
      const namespace = `${mode}-${Object.values(ways).indexOf(wayOf)}`;
      const username = `reader-${namespace}`;
      const way = wayOf(namespace, username);
      await insertResources(world.database.pool, [{ name: 'seed', namespace, uid: `${namespace}-seed-uid` }]);
      await world.here.create(...way.objects);
      const [mine, others] = await Promise.all(
        [
          { username, groups: [`friends-of-${username}`] },
          { username: 'witness', groups: ['system:masters'] },
        ].map(async (user) => reader(mode, namespace, await world.token(user))),
      );
      if (mine === undefined || others === undefined) throw new Error('Cannot read: no reader');
      await commit(namespace, 'first');
      await eventually(async () => expect(await mine.answers()).toEqual(everything), withinMs);

      const [streams, witnesses, watches] = await Promise.all([
        mine.streams(),
        others.streams(),
        mine.watches(),
      ]);
      await commit(namespace, 'seen');
      await eventually(() => {
        for (const stream of [...streams, ...witnesses]) expect(stream.names()).toEqual(['seen']);
        for (const watch of watches) expect(watch.changes().at(-1)?.object.metadata.name).toMatch(/seen/);
      }, withinMs);

      await way.take(world.here);
      const takenAt = performance.now();
      // Changes go on meanwhile: what is committed later than the bound must never come.
      const committed: { name: string; afterMs: number }[] = [];
      const quiet = new AbortController();
      const writing = (async () => {
        while (!quiet.signal.aborted) {
          const name = `tick-${committed.length}`;
          committed.push({ name, afterMs: performance.now() - takenAt });
          await commit(namespace, name);
          await delay(100);
        }
      })();
      try {
        await eventually(async () => expect(await mine.answers()).toEqual(nothing), withinMs);
        await eventually(
          () => {
            for (const watch of watches) {
              expect(watch.hasEnded()).toBe(true);
              expect(watch.events.at(-1)).toMatchObject({ type: 'ERROR', object: { code: 403 } });
            }
            for (const [index, stream] of streams.entries()) {
              const shown = stream.names().length;
              expect(witnesses[index]?.names().length).toBeGreaterThanOrEqual(shown + 5);
            }
          },
          withinMs - (performance.now() - takenAt),
        );
      } finally {
        quiet.abort();
        await writing;
      }

      await way.giveBack(world.here);
      await eventually(async () => expect(await mine.answers()).toEqual(everything), withinMs);
      await commit(namespace, 'last');
      await eventually(() => {
        for (const stream of streams) expect(stream.names().at(-1)).toBe('last');
      }, withinMs);
      for (const stream of streams) {
        const ticks = stream.names().filter((name) => name.startsWith('tick'));
        // Streams keep the order of commits: with the last one here, what is missing was held back.
        expect(ticks.length).toBeLessThanOrEqual(committed.length - 5);
        const late = committed.filter(({ name, afterMs }) => afterMs > withinMs && ticks.includes(name));
        expect(late).toEqual([]);
      }
      await Promise.all([...streams, ...witnesses, ...watches].map((stream) => stream.leave()));
    },
  );

  it.concurrent('to a stream ends with its token', async () => {
    const namespace = `${mode}-expiring`;
    const expiresAt = Math.floor(Date.now() / 1_000) - leewaySeconds + 3;
    const token = await world.token({ username: 'root', groups: ['system:masters'] }, expiresAt);
    const { resources, events } = world.presenters[mode];
    const kube = `${resources}/apis/apps/v1/namespaces/${namespace}/deployments?watch=1`;
    await insertResources(world.database.pool, [{ name: 'seed', namespace, uid: `${namespace}-seed-uid` }]);
    const ended: string[] = [];
    const streams = await Promise.all(
      [`${events}/notifications`, `${resources}/resources/stream?group=apps&namespace=*`].map(async (url) => {
        const stream = await openStream(url, { token });
        void stream.ended.then(() => ended.push(url));
        return stream;
      }),
    );
    const watches = await Promise.all(
      [kube, `${resources}/api/v1/events?watch=1`].map((url) => openWatch(url, token)),
    );
    await eventually(
      () => {
        expect(ended).toHaveLength(2);
        expect(watches.map((watch) => watch.hasEnded())).toEqual([true, true]);
      },
      (expiresAt + leewaySeconds) * 1_000 - Date.now() + withinMs,
    );
    for (const watch of watches) expect(watch.events.at(-1)).toMatchObject({ type: 'ERROR' });
    const again = await fetch(`${events}/events`, { headers: { authorization: `Bearer ${token}` } });
    expect(again.status).toBe(401);
    await Promise.all([...streams, ...watches].map((stream) => stream.leave()));
  });
});
