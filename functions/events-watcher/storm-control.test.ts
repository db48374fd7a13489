import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { createStormControl, type OutgoingEvent } from './storm-control.ts';

describe('createStormControl()', () => {
  it('sends every version as long as there is room', () => {
    const world = createWorld({ room: 10 });
    for (let version = 1; version <= 5; version += 1) void world.emit('a', version);
    expect(world.sent).toEqual(['a/1', 'a/2', 'a/3', 'a/4', 'a/5']);
    expect(world.coalesced()).toBe(0);
  });

  it('keeps only the newest version of what repeats while there is no room, and sends it when there is', () => {
    const world = createWorld({ room: 1 });
    void world.emit('a', 1);
    for (let version = 2; version <= 100; version += 1) void world.emit('a', version);
    void world.emit('b', 2);
    expect(world.sent).toEqual(['a/1']);
    expect(world.coalesced()).toBe(98);
    world.makeRoom(2);
    expect(world.sent).toEqual(['a/1', 'a/100', 'b/2']);
  });

  it('never holds back a first occurrence', () => {
    const world = createWorld({ room: 0 });
    void world.emit('a', 7);
    expect(world.emit('new', 1, true)).toBeInstanceOf(Promise);
    expect(world.queued).toEqual(['new/1']);
  });

  it('tells that all versions arrived when the newest one did', () => {
    const world = createWorld({ room: 0 });
    void world.emit('a', 2);
    void world.emit('a', 3);
    void world.emit('a', 4);
    world.makeRoom(1);
    expect(world.arrived).toEqual(['a/2', 'a/3', 'a/4']);
  });

  it('stops reading where even what is held back is too much', () => {
    const world = createWorld({ room: 0 });
    let waits = 0;
    for (let index = 0; index < 20; index += 1) {
      if (world.emit(`e${index}`, 2, false, 1_000_000) instanceof Promise) waits += 1;
    }
    expect(waits).toBe(4);
  });
});

function createWorld(options: { readonly room: number }) {
  let room = options.room;
  let coalesced = 0;
  const sent: string[] = [];
  const queued: string[] = [];
  const arrived: string[] = [];
  const control = createStormControl({
    delivery: {
      hasRoom: () => room > 0,
      deliver: (event, _bytes, onArrived) => {
        if (room === 0) {
          queued.push(event.id);
          return new Promise(() => undefined);
        }
        room -= 1;
        sent.push(event.id);
        onArrived?.();
        return undefined;
      },
    },
    onCoalesced: () => {
      coalesced += 1;
    },
  });
  return {
    sent,
    queued,
    arrived,
    coalesced: () => coalesced,
    emit: (key: string, version: number, isFirst = false, bytes = 1_000) => {
      const id = `${key}/${version}`;
      const outgoing: OutgoingEvent = {
        event: { id, source: '/test', type: 'test', extensions: {}, data: {} } satisfies CloudEvent,
        bytes,
        key,
        isFirst,
        arrived: () => arrived.push(id),
      };
      return control.emit(outgoing);
    },
    makeRoom: (places: number) => {
      room += places;
      control.onRoom();
    },
  };
}
