import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { createScriptedApiServer } from '../../test/support/scripted-api-server.ts';
import { createVirtualClock } from '../../test/support/virtual-clock.ts';
import { acceptWanted } from './accept-wanted.ts';
import { fetchWanted } from './fetch-wanted.ts';
import { createWantedQueue, type WantedIdentity } from './wanted-queue.ts';

const kind = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' };
const target = { kind, namespace: '', custom: false };

describe('createWantedQueue()', () => {
  it('fetches one resource after the other and gathers what comes meanwhile into one further round', async () => {
    const rounds: string[] = [];
    let release = () => {};
    const queue = createWantedQueue({
      maxIdentities: 100,
      fetch: async (resource, identities) => {
        rounds.push(`${resource} ${identities.map(({ name }) => name).join('+')}`);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      },
      onError: () => {},
    });
    expect(queue.add(wanted('a'))).toBe(true);
    queue.add(wanted('b'));
    queue.add(wanted('b', 'c'));
    queue.add({ ...wanted('d'), resource: 'secrets' });
    expect(rounds).toEqual(['/configmaps a']);
    expect(queue.size()).toBe(3);
    for (let round = 0; round < 2; round += 1) {
      release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(rounds).toEqual(['/configmaps a', '/configmaps b+c', '/secrets d']);
  });

  it('has no room for more than so many, and goes on after an error', async () => {
    const errors: unknown[] = [];
    const fetched: string[] = [];
    let failing = true;
    const queue = createWantedQueue({
      maxIdentities: 2,
      fetch: async (resource) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (failing) throw new Error('away');
        fetched.push(resource);
      },
      onError: (error) => errors.push(error),
    });
    queue.add(wanted('a'));
    expect(queue.add({ ...wanted('b', 'c', 'd'), resource: 'pods' })).toBe(false);
    expect(queue.add({ ...wanted('b', 'c'), resource: 'pods' })).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    failing = false;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(errors).toHaveLength(1);
    expect(fetched).toEqual(['/pods']);
  });
});

describe('fetchWanted()', () => {
  it('gets few objects one by one and leaves out what is gone', async () => {
    const { server, fetch, emitted } = createWorld(3);
    server.answerNextList({ status: 200, headers: {}, body: server.put('c-0'), bodyBytes: 200 });
    server.answerNextList({ status: 404, headers: {}, body: {} });
    const outcome = await fetch([identity('c-0'), identity('lost')]);
    expect(outcome).toEqual({ emitted: 1, missing: 1, way: 'get' });
    expect(server.requests).toEqual([
      '/api/v1/namespaces/shop/configmaps/c-0',
      '/api/v1/namespaces/shop/configmaps/lost',
    ]);
    expect(emitted).toEqual(['c-0']);
  });

  it('lists the namespace where many are wanted, and emits only those', async () => {
    const { fetch, emitted, server } = createWorld(300);
    const outcome = await fetch(Array.from({ length: 100 }, (_, index) => identity(`c-${index}`)));
    expect(outcome).toEqual({ emitted: 100, missing: 0, way: 'list' });
    expect(new Set(emitted).size).toBe(100);
    expect(server.requests[0]).toMatch('/api/v1/namespaces/shop/configmaps?limit=');
  });
});

describe('acceptWanted()', () => {
  const accept = (event: Partial<CloudEvent>, add = () => true) =>
    acceptWanted(
      [{ id: '1', source: '/x', type: 'io.kubemirror.resource.wanted', extensions: {}, data: {}, ...event }],
      {
        cluster: 'c',
        add,
      },
    ).status;

  it('queues what this cluster is asked for, and has nothing to do with anything else', () => {
    const data = { ...wanted('a'), cluster: 'c' };
    expect(accept({ data })).toBe(202);
    expect(accept({ data: { ...data, cluster: 'other' } })).toBe(204);
    expect(accept({ data, type: 'something.else' })).toBe(204);
    expect(accept({ data: { identities: 'all' } })).toBe(400);
    expect(accept({ data }, () => false)).toBe(503);
  });
});

function wanted(...names: string[]) {
  return { ...kind, cluster: 'c', identities: names.map(identity) };
}

function identity(name: string): WantedIdentity {
  return { namespace: 'shop', name, uid: `uid of ${name}` };
}

function createWorld(objects: number) {
  const server = createScriptedApiServer();
  for (let index = 0; index < objects; index += 1) server.put(`c-${index}`);
  const clock = createVirtualClock();
  const emitted: (string | undefined)[] = [];
  const fetch = (identities: readonly WantedIdentity[]) =>
    fetchWanted(target, identities, {
      request: server.request,
      signal: new AbortController().signal,
      nowMs: clock.nowMs,
      random: () => 0.5,
      sleep: clock.sleep,
      beginList: async () => () => {},
      emit: (_target, object) => {
        emitted.push(object.metadata.name);
      },
    });
  return { server, fetch, emitted };
}
