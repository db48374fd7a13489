import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { insertEvents } from '../../support/insert-events.ts';
import { insertHistory } from '../../support/insert-history.ts';
import { pickOne } from '../seeded-random.ts';
import { compositions, type StreamRow, streamNamespaces } from './stream-audiences.ts';

/** A committed row with its place in commit order. */
export type WrittenRow = StreamRow & { readonly position: number };

export type StreamWriters = {
  /** What was committed so far, each stream in commit order. */
  readonly written: (stream: 'events' | 'resources') => readonly WrittenRow[];
  /** Resolves when all writers have stopped. */
  readonly stop: () => Promise<void>;
};

/** One in so many rows is a change of an object, the others are events. */
const eventsPerChange = 4;
const maxRowsPerCommit = 5;

/** Several writers at once, each with transactions of a few rows. */
export function startStreamWriters(options: {
  readonly pool: Pool;
  readonly writers: number;
  /** Events of all writers together. */
  readonly eventsPerSecond: number;
  readonly random: () => number;
}): StreamWriters {
  const { pool, random } = options;
  const rows: WrittenRow[] = [];
  let stopped = false;
  let made = 0;

  const rowOf = (stream: 'events' | 'resources'): StreamRow => {
    made += 1;
    return {
      stream,
      name: `row-${made}`,
      namespace: pickOne(random, streamNamespaces),
      kind: stream === 'resources' || random() < 0.3 ? 'Deployment' : 'Pod',
      type: random() < 0.2 ? 'Warning' : 'Normal',
      reason: pickOne(random, ['Started', 'Pulled', 'BackOff', 'Killing']),
      composition: random() < 0.4 ? pickOne(random, compositions) : null,
    };
  };
  const commit = async (stream: 'events' | 'resources', count: number): Promise<void> => {
    const fresh = Array.from({ length: count }, () => rowOf(stream));
    const positions =
      stream === 'events'
        ? await insertEvents(pool, fresh.map(eventOf))
        : await insertHistory(
            pool,
            fresh.map(({ name, namespace, composition }) => ({
              name,
              namespace,
              composition_id: composition,
            })),
          );
    rows.push(...fresh.map((row, index) => ({ ...row, position: positions[index] ?? Number.NaN })));
  };
  const write = async (): Promise<void> => {
    const startedAtMs = performance.now();
    for (let events = 0, changes = 0; !stopped; ) {
      const count = 1 + Math.floor(random() * maxRowsPerCommit);
      await commit('events', count);
      events += count;
      for (; changes < Math.floor(events / eventsPerChange); changes += 1) await commit('resources', 1);
      const dueMs = startedAtMs + (events * options.writers * 1_000) / options.eventsPerSecond;
      await delay(Math.max(0, dueMs - performance.now()));
    }
  };
  const running = Promise.all(Array.from({ length: options.writers }, write));
  return {
    written: (stream) =>
      rows.filter((row) => row.stream === stream).sort((one, other) => one.position - other.position),
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

function eventOf({ name, namespace, kind, type, reason, composition }: StreamRow) {
  const isPod = kind === 'Pod';
  return {
    name,
    namespace,
    created_at: new Date().toISOString(),
    event_type: type,
    reason,
    composition_id: composition,
    resource_kind: isPod ? 'v1.Pod' : 'apps/v1.Deployment',
    involved_object_group: isPod ? '' : 'apps',
    involved_object_kind: kind,
    involved_object_resource: isPod ? 'pods' : 'deployments',
    involved_object_name: `about-${name}`,
    involved_object_uid: `about-${name}-uid`,
  };
}
