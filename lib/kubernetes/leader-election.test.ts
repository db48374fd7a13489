import { afterEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../test/support/virtual-clock.ts';
import { type ElectionEvent, runElected } from './leader-election.ts';
import { createLeaseClient, type LeaseClient, type LeaseObject } from './lease-client.ts';

const stopping: AbortController[] = [];
afterEach(() => {
  for (const controller of stopping.splice(0)) controller.abort(new Error('test over'));
});

describe('runElected()', () => {
  it('lets one candidate lead, and another as soon as the first one resigns', async () => {
    const world = createWorld();
    const first = world.candidate('a');
    await world.clock.until(() => first.leads());
    const second = world.candidate('b');
    await world.clock.advance(60_000);
    expect([first.leads(), second.leads()]).toEqual([true, false]);
    first.stop();
    await world.clock.until(() => second.leads(), 4_000);
    expect(first.leads()).toBe(false);
    expect(first.events.at(-1)?.kind).toBe('resigned');
    expect(world.lease()?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 2 });
  });

  it('takes over within seconds from a leader that died without a word', async () => {
    const world = createWorld();
    const first = world.candidate('a');
    await world.clock.until(() => first.leads());
    const second = world.candidate('b');
    await world.clock.advance(5_000);
    first.die();
    const diedAtMs = world.clock.nowMs();
    await world.clock.until(() => second.leads(), 20_000);
    expect(world.clock.nowMs() - diedAtMs).toBeLessThanOrEqual(9_000);
  });

  it('measures the silence of a holder by its own clock, whatever times the lease holds', async () => {
    const world = createWorld();
    world.setLease({
      metadata: {},
      spec: { holderIdentity: 'x', renewTime: '1999-01-01T00:00:00Z', leaseDurationSeconds: 6 },
    });
    const candidate = world.candidate('a');
    await world.clock.advance(5_000);
    expect(candidate.leads()).toBe(false);
    await world.clock.until(() => candidate.leads(), 5_000);
  });

  it('goes on leading while the API server is away, and stops when it comes back with another holder', async () => {
    const world = createWorld();
    const first = world.candidate('a');
    await world.clock.until(() => first.leads());
    world.setAway(true);
    await world.clock.advance(60_000);
    expect(first.leads()).toBe(true);
    world.setAway(false);
    world.setLease({
      metadata: {},
      spec: { holderIdentity: 'b', renewTime: 'now', leaseDurationSeconds: 6 },
    });
    await world.clock.until(() => !first.leads(), 5_000);
    expect(first.events.find((event) => event.kind === 'deposed')).toEqual({ kind: 'deposed', by: 'b' });
  });

  it('never lets two lead at once when both write at the same moment', async () => {
    const world = createWorld();
    const candidates = ['a', 'b', 'c'].map(world.candidate);
    await world.clock.advance(30_000);
    expect(candidates.filter((candidate) => candidate.leads())).toHaveLength(1);
  });

  it('ends with what the work throws', async () => {
    const world = createWorld();
    const candidate = world.candidate('a', () => Promise.reject(new Error('broken')));
    await world.clock.advance(10_000);
    await expect(candidate.done).rejects.toThrow('broken');
  });
});

describe('createLeaseClient()', () => {
  it('creates, then replaces the version it has read, and tells of conflicts', async () => {
    const asked: { method: string; path: string; body?: unknown }[] = [];
    let status = 201;
    const client = createLeaseClient(
      async (request) => {
        asked.push(request);
        return { status, headers: {}, body: request.body ?? {} };
      },
      { namespace: 'kubemirror', name: 'resources-watcher' },
    );
    await client.put({ metadata: {} });
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/apis/coordination.k8s.io/v1/namespaces/kubemirror/leases',
      body: { kind: 'Lease', metadata: { name: 'resources-watcher', namespace: 'kubemirror' } },
    });
    status = 409;
    expect(await client.put({ metadata: { resourceVersion: '7' } })).toEqual({ kind: 'conflict' });
    expect(asked[1]).toMatchObject({
      method: 'PUT',
      path: '/apis/coordination.k8s.io/v1/namespaces/kubemirror/leases/resources-watcher',
    });
    status = 404;
    expect(await client.get()).toBeUndefined();
    status = 403;
    await expect(client.get()).rejects.toThrow('Cannot read lease kubemirror/resources-watcher: 403');
  });
});

function createWorld() {
  const clock = createVirtualClock();
  let lease: LeaseObject | undefined;
  let version = 1;
  let away = false;
  const client = (isDead: () => boolean): LeaseClient => {
    const reach = async () => {
      // A dead process sends nothing more.
      if (isDead()) await new Promise(() => undefined);
      if (away) throw new Error('ECONNREFUSED');
    };
    return {
      get: async () => {
        await reach();
        return lease;
      },
      put: async (next) => {
        await reach();
        if (lease?.metadata.resourceVersion !== next.metadata.resourceVersion) return { kind: 'conflict' };
        version += 1;
        lease = { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } };
        return { kind: 'written', lease };
      },
    };
  };
  return {
    clock,
    lease: () => lease,
    setLease: (next: LeaseObject) => {
      version += 1;
      lease = { ...next, metadata: { resourceVersion: String(version) } };
    },
    setAway: (value: boolean) => {
      away = value;
    },
    candidate: (identity: string, work?: unknown) => {
      const controller = new AbortController();
      stopping.push(controller);
      const events: ElectionEvent[] = [];
      let leading = false;
      let dead = false;
      const lead = async (signal: AbortSignal) => {
        leading = true;
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        leading = false;
      };
      const done = runElected(
        {
          lease: client(() => dead),
          identity,
          lead: typeof work === 'function' ? (work as () => Promise<void>) : lead,
          observe: (event) => events.push(event),
          nowMs: clock.nowMs,
          random: () => 0.5,
          sleep: clock.sleep,
        },
        controller.signal,
      );
      done.catch(() => undefined);
      return {
        events,
        done,
        leads: () => leading,
        stop: () => controller.abort(new Error('stopping')),
        die: () => {
          dead = true;
        },
      };
    },
  };
}
