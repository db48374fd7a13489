import { afterEach, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../test/support/virtual-clock.ts';
import type { CloudEvent } from './cloud-event.ts';
import {
  createDelivery,
  type DeliveryEvent,
  type DeliveryOptions,
  type DeliveryOutcome,
} from './create-delivery.ts';

const accepted: DeliveryOutcome = { kind: 'accepted' };
const stopping: AbortController[] = [];
afterEach(() => {
  for (const controller of stopping.splice(0)) controller.abort(new Error('test over'));
});

describe('createDelivery()', () => {
  it('takes events at once while there is room, and lets the next one wait', async () => {
    const { delivery, sends } = start({ maxInFlight: 2 });
    expect(delivery.deliver(event('a'), 10)).toBeUndefined();
    expect(delivery.deliver(event('b'), 10)).toBeUndefined();
    const third = delivery.deliver(event('c'), 10);
    expect(third).toBeInstanceOf(Promise);
    expect(sends.map(({ id }) => id)).toEqual(['a', 'b']);
    sends[1]?.answer(accepted);
    await third;
    expect(sends.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('bounds the bytes under way, but lets a single large event go alone', async () => {
    const { delivery, sends } = start({ maxInFlight: 10, maxInFlightBytes: 100 });
    expect(delivery.deliver(event('huge'), 500)).toBeUndefined();
    const second = delivery.deliver(event('small'), 1);
    expect(second).toBeInstanceOf(Promise);
    sends[0]?.answer(accepted);
    await second;
    expect(delivery.inFlight()).toBe(1);
  });

  it('admits those who wait in their order', async () => {
    const { delivery, sends, clock } = start({ maxInFlight: 1 });
    void delivery.deliver(event('a'), 1);
    void delivery.deliver(event('b'), 1);
    void delivery.deliver(event('c'), 1);
    for (let index = 0; index < 3; index += 1) {
      sends[index]?.answer(accepted);
      await clock.advance(0);
    }
    expect(sends.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('tells about the arrival, and hands on what came back', async () => {
    const { delivery, sends, clock, replies } = start();
    let arrived = 0;
    void delivery.deliver(event('a'), 1, () => {
      arrived += 1;
    });
    await clock.advance(0);
    expect(arrived).toBe(0);
    sends[0]?.answer({ kind: 'accepted', reply: event('reply') });
    await clock.advance(0);
    expect(arrived).toBe(1);
    expect(replies.map(({ id }) => id)).toEqual(['reply']);
  });

  it('sets aside what keeps failing, so that neighbours get through, and tries it again', async () => {
    const { delivery, sends, clock, events } = start({ maxInFlight: 1 });
    let arrived = false;
    void delivery.deliver(event('poison'), 1, () => {
      arrived = true;
    });
    sends[0]?.answer({ kind: 'exhausted', status: 500, message: 'no' });
    await clock.advance(0);
    expect(delivery.setAside()).toBe(1);
    expect(delivery.deliver(event('neighbour'), 1)).toBeUndefined();
    expect(arrived).toBe(false);
    expect(events.at(-1)).toMatchObject({ kind: 'set-aside', id: 'poison' });
    await clock.advance(31_000);
    expect(sends.map(({ id }) => id)).toEqual(['poison', 'neighbour', 'poison']);
    sends[2]?.answer(accepted);
    await clock.advance(0);
    expect(arrived).toBe(true);
    expect(delivery.setAside()).toBe(0);
  });

  it('empties what was set aside within seconds once the sink takes events again', async () => {
    const down = { now: true };
    const { delivery, sends, clock } = start({ maxInFlight: 50, maxSetAside: 50 }, () =>
      down.now ? { kind: 'exhausted', status: 503, message: 'down' } : accepted,
    );
    for (let index = 0; index < 50; index += 1) void delivery.deliver(event(`e${index}`), 1);
    await clock.advance(2_000);
    expect(delivery.setAside()).toBe(50);
    down.now = false;
    void delivery.deliver(event('next'), 1);
    await clock.advance(1_500);
    expect(delivery.setAside()).toBe(0);
    expect(sends.filter(({ id }) => id.startsWith('e'))).toHaveLength(100);
  });

  it('keeps the place of what fails where nothing more can be set aside', async () => {
    const { delivery, sends, clock } = start({ maxInFlight: 1, maxSetAside: 0 });
    void delivery.deliver(event('a'), 1);
    sends[0]?.answer({ kind: 'exhausted', status: 503, message: 'down' });
    await clock.advance(4_000);
    expect(delivery.inFlight()).toBe(1);
    await clock.advance(30_000);
    expect(sends).toHaveLength(2);
  });

  it.each([401, 403, 307])('waits for ever where the sink does not let it in (%i)', async (status) => {
    const { delivery, sends, clock, events } = start();
    void delivery.deliver(event('a'), 1);
    sends[0]?.answer({ kind: 'refused', status, message: 'no' });
    await clock.advance(31_000);
    expect(sends).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ kind: 'barred', status });
    expect(delivery.inFlight()).toBe(1);
  });

  it('gives up what the sink will never take, and says so', async () => {
    const { delivery, sends, clock, events } = start();
    let arrived = false;
    void delivery.deliver(event('a'), 1, () => {
      arrived = true;
    });
    sends[0]?.answer({ kind: 'refused', status: 400, message: 'not a CloudEvent' });
    await clock.advance(0);
    expect(arrived).toBe(true);
    expect(events).toMatchObject([{ kind: 'refused', status: 400, event: { id: 'a' } }]);
  });

  it('takes an event that cannot be encoded for refused instead of failing all others', async () => {
    const { delivery, clock, events } = start({}, () => {
      throw new TypeError('Cannot encode');
    });
    void delivery.deliver(event('a'), 1);
    await clock.advance(0);
    expect(events).toMatchObject([{ kind: 'refused', message: 'Cannot encode' }]);
    expect(delivery.inFlight()).toBe(0);
  });

  it('drains when all is delivered, and gives up at once when told to end', async () => {
    const { delivery, sends, clock, controller } = start({ maxInFlight: 1 });
    let drained = 0;
    void delivery.deliver(event('a'), 1);
    const waiting = delivery.deliver(event('b'), 1);
    void delivery.drained().then(() => {
      drained += 1;
    });
    await clock.advance(10);
    expect(drained).toBe(0);
    controller.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    sends[0]?.answer(accepted);
    await clock.advance(0);
    expect(drained).toBe(1);
  });
});

function event(id: string): CloudEvent {
  return { id, source: '/test', type: 'test', extensions: {}, data: {} };
}

type Send = { readonly id: string; readonly answer: (outcome: DeliveryOutcome) => void };

function start(tweaks: Partial<DeliveryOptions> = {}, always?: () => DeliveryOutcome) {
  const clock = createVirtualClock();
  const controller = new AbortController();
  stopping.push(controller);
  const sends: Send[] = [];
  const events: DeliveryEvent[] = [];
  const replies: CloudEvent[] = [];
  const delivery = createDelivery({
    send: async ({ id }) => {
      if (always !== undefined) {
        sends.push({ id, answer: () => {} });
        return always();
      }
      return new Promise<DeliveryOutcome>((answer) => {
        sends.push({ id, answer });
      });
    },
    maxInFlight: 8,
    maxInFlightBytes: 1_000_000,
    maxSetAside: 10,
    signal: controller.signal,
    sleep: clock.sleep,
    nowMs: clock.nowMs,
    random: () => 0.5,
    onReply: (reply) => replies.push(reply),
    observe: (observed) => {
      if (observed.kind !== 'accepted') events.push(observed);
    },
    ...tweaks,
  });
  return { delivery, sends, events, replies, clock, controller };
}
