import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitMatrixRows, insertMatrixRows, matrixEvents, matrixObjects } from '../support/access-rows.ts';
import { matrixUsers } from '../support/access-users.ts';
import { type AccessMode, type AccessWorld, accessModes, startAccessWorld } from '../support/access-world.ts';
import { eventually } from '../support/eventually.ts';
import {
  expectedList,
  expectedObject,
  expectedParts,
  isIn,
  kubePlaces,
  kubeViews,
  objectsOf,
  pathOf,
  placesOf,
  uidsOf,
} from '../support/matrix-expectations.ts';
import { matrixOracle, type Oracle } from '../support/matrix-oracle.ts';
import { eventLists, isLive, lists } from '../support/matrix-questions.ts';
import { countedBy, listed, paged, watchedBy } from '../support/matrix-reader.ts';
import { openStream } from '../support/open-stream.ts';
import { bindingObject, roleObject } from '../support/rbac-objects.ts';

// Every expectation here comes from SubjectAccessReviews of the development clusters, one object at a time.

const robot = matrixUsers['a service account']?.opaque;
let world: AccessWorld;
let admin: string;

beforeAll(async () => {
  world = await startAccessWorld(robot === undefined ? {} : { 'robot-token': robot });
  await insertMatrixRows(world.database.pool);
  for (const user of Object.values(matrixUsers)) {
    await world.here.create(...user.here);
    await world.elsewhere.create(...user.elsewhere);
  }
  const aggregated = { username: 'a reader by aggregation', groups: [] };
  const pods = { verb: 'list', group: '', resource: 'pods', namespace: 'shop', name: '' } as const;
  await eventually(async () => {
    if (!(await world.here.reviews(aggregated, pods)))
      throw new Error('Cannot go on: roles are not aggregated yet');
  });
  admin = await tokenOf('an administrator');
  await followed();
});
afterAll(() => world.stop());

/** Until all presenters know the RBAC objects: each of the four watches has brought what was created last. */
async function followed(): Promise<void> {
  const rules = [{ verbs: ['list'], apiGroups: ['apps'], resources: ['deployments'] }];
  for (const cluster of [world.here, world.elsewhere]) {
    for (const namespace of ['shop', undefined]) {
      const role = roleObject('last', namespace, rules);
      await cluster.create(role, bindingObject('last', namespace, role, [`user:last-${namespace}`]));
    }
  }
  const tokens = await Promise.all(
    ['shop', 'undefined'].map((name) => world.token({ username: `last-${name}` })),
  );
  await eventually(async () => {
    for (const { resources } of Object.values(world.presenters)) {
      for (const token of tokens) {
        const { uids } = await listed(`${resources}/resources?group=apps&namespace=shop`, token);
        expect(uids).toEqual(['deployments-cart', 'deployments-checkout', 'deployments-far']);
      }
    }
  }, 10_000);
  const [token = ''] = tokens;
  await eventually(async () => {
    for (const { events } of Object.values(world.presenters)) {
      expect((await listed(`${events}/events`, token)).status).toBe(200);
    }
  }, 10_000);
}

function tokenOf(name: string): Promise<string> {
  const user = matrixUsers[name];
  return user?.opaque === undefined
    ? world.token({ username: name, groups: user?.groups ?? [] })
    : Promise.resolve('robot-token');
}

const oracles = new Map<string, Promise<Oracle>>();

/** What the reviews say about a user, asked once. */
function oracle(name: string): Promise<Oracle> {
  const known = oracles.get(name) ?? matrixOracle(world, name);
  oracles.set(name, known);
  return known;
}

function cursorOf({ body }: { readonly body: Record<string, unknown> }): string {
  return typeof body['cursor'] === 'string' ? body['cursor'] : '';
}

/** With one character changed in the middle, where none only fills up. */
function tampered(sealed: string): string {
  return `${sealed.slice(0, 12)}${sealed[12] === 'A' ? 'B' : 'A'}${sealed.slice(13)}`;
}

function uidOf({ data }: { readonly data: string }): string {
  const { global_uid: global } = JSON.parse(data) as { global_uid: string };
  return global.slice(global.lastIndexOf(':') + 1);
}

/** Reviews answer every question for themselves: some users show that all questions are asked. */
function usersOf(mode: AccessMode): string[] {
  const all = Object.keys(matrixUsers);
  const telling = ['one name', 'one pod', 'own Namespace', 'account'];
  return mode === 'evaluate' ? all : all.filter((name) => telling.some((part) => name.includes(part)));
}

describe.each(accessModes)('with rights by %s', (mode) => {
  describe.each(usersOf(mode))('%s', (name) => {
    it('gets exactly the objects of which the reviews say so, in every list, count and summary', async () => {
      const [says, token] = await Promise.all([oracle(name), tokenOf(name)]);
      const { resources } = world.presenters[mode];
      for (const { query, among, name: asked, single, counts } of lists) {
        const expected = uidsOf(
          matrixObjects.filter((row) => among(row) && says.mayRead('list', row, asked)),
        );
        const page = await paged(`${resources}/resources?${query}`, token);
        expect(page.uids, query).toEqual(expected);
        const isForbidden = single === true && page.status === 403;
        expect(page.status, query).toBe(isForbidden ? 403 : 200);
        expect(isForbidden && /ledger|cart|probe/.test(JSON.stringify(page.body)), query).toBe(false);
        if (counts !== true) continue;
        const counted = isForbidden ? undefined : expected.length;
        expect(await countedBy(`${resources}/resources`, query, token), query).toEqual([counted, counted]);
      }
    });

    it('gets exactly the events about objects to get, or of namespaces to list, in every list, count and summary', async () => {
      const [says, token] = await Promise.all([oracle(name), tokenOf(name)]);
      const { events } = world.presenters[mode];
      for (const { query, among, counts } of eventLists) {
        const expected = uidsOf(matrixEvents.filter((event) => among(event) && says.maySeeEvent(event)));
        const page = await paged(`${events}/events?${query}`, token);
        expect([page.status, page.uids], query).toEqual([200, expected]);
        if (counts !== true) continue;
        const counted = await countedBy(`${events}/events`, query, token);
        expect(counted, query).toEqual([expected.length, expected.length]);
      }
      const posted = await listed(`${events}/events`, token, { method: 'POST', body: '{"limit":100}' });
      expect(posted.uids).toEqual(uidsOf(matrixEvents.filter((event) => says.maySeeEvent(event))));
    });

    it('gets one object, its past, its family and its events where a get is allowed, else nothing that shows it is there', async () => {
      const [says, token] = await Promise.all([oracle(name), tokenOf(name)]);
      const { resources } = world.presenters[mode];
      for (const row of matrixObjects) {
        for (const { part, uids } of expectedParts(says, row)) {
          const answer = await listed(`${resources}/resources/${row.cluster_name}:${row.uid}${part}`, token);
          const status = uids === undefined ? 404 : 200;
          expect([answer.status, answer.uids], row.uid + part).toEqual([status, uids ?? []]);
          expect(answer.body['message']).toBe(uids === undefined ? 'resource not found' : undefined);
        }
      }
    });

    it('gets from the Kubernetes API what a request for it would be allowed to show, in every view', async () => {
      const [says, token] = await Promise.all([oracle(name), tokenOf(name)]);
      const { resources } = world.presenters[mode];
      const expectations = kubeViews.flatMap((view) => [
        ...placesOf(view).flatMap((place) => expectedList(says, view, place)),
        ...objectsOf(view).flatMap((row) => expectedObject(says, view, row)),
      ]);
      for (const { path, accept, status, uids } of expectations) {
        const answer = await listed(
          `${resources}${path}`,
          token,
          accept === undefined ? {} : { headers: { accept } },
        );
        expect([answer.status, answer.uids], path).toEqual([status, uids]);
      }
    });

    it('gets Kubernetes events, watches and answers about own rights as the reviews say', async () => {
      const [says, token] = await Promise.all([oracle(name), tokenOf(name)]);
      const { resources } = world.presenters[mode];
      for (const namespace of ['', 'shop', 'bank', 'default']) {
        const question = { group: '', resource: 'events', namespace, name: '' };
        const url = `${resources}${pathOf(question)}`;
        const expected = (verb: 'list' | 'watch') => (says.may('here', { verb, ...question }) ? 200 : 403);
        expect((await listed(url, token)).status, url).toBe(expected('list'));
        expect((await watchedBy(url, token)).status, url).toBe(expected('watch'));
      }
      for (const place of kubePlaces) {
        const question = { verb: 'watch', ...place, name: '' } as const;
        const mayWatch = says.may('here', question);
        const shown = matrixObjects.filter(
          (row) => row.cluster_name === 'here' && isLive(row) && isIn(place, row),
        );
        expect(await watchedBy(`${resources}${pathOf(place)}`, token), pathOf(place)).toEqual(
          mayWatch ? { status: 200, uids: uidsOf(shown) } : { status: 403, uids: [] },
        );
        const review = await listed(
          `${resources}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`,
          token,
          {
            method: 'POST',
            body: JSON.stringify({ spec: { resourceAttributes: question } }),
          },
        );
        expect(review.body['status']).toMatchObject({ allowed: mayWatch });
      }
    });

    it('gets no page by the cursor of somebody else, and the own one only as it was given', async () => {
      const token = await tokenOf(name);
      const { resources, events } = world.presenters[mode];
      const kube = `${resources}/apis/apps/v1/namespaces/shop/deployments?limit=1`;
      for (const url of [
        `${resources}/resources?group=apps&namespace=*&limit=1`,
        `${events}/events?limit=1`,
      ]) {
        const theirs = cursorOf(await listed(url, admin));
        const mine = cursorOf(await listed(url, token));
        const others = name === 'an administrator' ? [] : [theirs];
        const changed = mine === '' ? [] : [tampered(mine), mine.slice(4), `${mine}A`];
        for (const cursor of [...others, ...changed, 'AAAA']) {
          const refused = await listed(`${url}&cursor=${cursor}`, token);
          expect([refused.status, refused.uids]).toEqual([400, []]);
        }
      }
      const listMetadata = (await listed(kube, admin)).body['metadata'] as { continue: string };
      const continued = await listed(`${kube}&continue=${listMetadata.continue}`, token);
      const isMine = name === 'an administrator';
      expect(isMine ? [200] : [403, 410]).toContain(continued.status);
      expect(continued.status === 200 || continued.uids.length === 0).toBe(true);
    });

    it('is not told that a page of somebody else is still the same', async () => {
      const token = await tokenOf(name);
      const { resources, events } = world.presenters[mode];
      for (const url of [`${resources}/resources?group=apps,core&namespace=*`, `${events}/events`]) {
        const theirs = await fetch(url, { headers: { authorization: `Bearer ${admin}` } });
        const text = await theirs.text();
        const headers = {
          authorization: `Bearer ${token}`,
          'if-none-match': theirs.headers.get('etag') ?? '',
        };
        const mine = await (await fetch(url, { headers: { authorization: headers.authorization } })).text();
        expect((await fetch(url, { headers })).status).toBe(mine === text ? 304 : 200);
      }
    });
  });

  it('sends every user exactly what the reviews allow, live and after the last id of somebody else', async () => {
    const { resources, events } = world.presenters[mode];
    const names = Object.keys(matrixUsers);
    const sources = [
      {
        url: `${events}/notifications`,
        expected: (says: Oracle) => matrixEvents.filter((event) => says.maySeeEvent(event)),
      },
      {
        url: `${resources}/resources/stream?group=apps,core&namespace=*`,
        expected: (says: Oracle) => matrixObjects.filter((row) => says.mayRead('watch', row, undefined)),
      },
      {
        url: `${resources}/resources/stream?group=apps&namespace=bank&name=ledger`,
        expected: (says: Oracle) =>
          matrixObjects.filter((row) => row.name === 'ledger' && says.mayRead('watch', row, 'ledger')),
      },
    ];
    const open = (url: string, lastEventId?: string) =>
      Promise.all(names.map(async (name) => openStream(url, { token: await tokenOf(name), lastEventId })));
    const live = await Promise.all(sources.map(({ url }) => open(url)));
    const before = live.map(([theirs]) => theirs?.lastId());
    await commitMatrixRows(world.database.pool, new Date().toISOString(), mode === 'evaluate' ? 2 : 3);
    const again = await Promise.all(sources.map(({ url }, index) => open(url, before[index])));
    const forged = await Promise.all(
      sources.map(({ url }, index) => open(url, tampered(before[index] ?? ''))),
    );
    for (const [index, { url, expected }] of sources.entries()) {
      const [first] = live[index] ?? [];
      // Ids of streams are equal where these stand at the same place: heartbeats tell who has seen all.
      await eventually(async () => {
        expect(first?.frames.map(uidOf)).toEqual(
          expected(await oracle('an administrator')).map((row) => row.uid),
        );
        for (const stream of [...(live[index] ?? []), ...(again[index] ?? [])]) {
          expect(stream.lastId()).toBe(first?.lastId());
        }
      }, 10_000);
      for (const [place, name] of names.entries()) {
        const uids = expected(await oracle(name)).map((row) => row.uid);
        expect(live[index]?.[place]?.frames.map(uidOf), `${name} ${url}`).toEqual(uids);
        expect(again[index]?.[place]?.frames.map(uidOf), `${name} ${url}`).toEqual(uids);
        expect(forged[index]?.[place]?.frames.map(({ event }) => event)).toEqual(['resync']);
      }
    }
    await Promise.all([...live, ...again, ...forged].flat().map((stream) => stream.leave()));
  });
});
