import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { demoToken } from '../../../lib/local/demo-tokens.ts';
import { openStream } from '../../support/open-stream.ts';
import { type FunctionProcess, startFunction } from '../../support/start-function.ts';
import { seededRandom } from '../seeded-random.ts';
import { streamAudiences } from './stream-audiences.ts';
import { type StreamClient, startStreamClient } from './stream-client.ts';
import { startStreamCluster } from './stream-cluster.ts';
import { startStreamWriters, type WrittenRow } from './stream-writers.ts';

const signKey = 'a sign key of the stream runs only';
const presenters = { events: 'events-presenter', resources: 'resources-presenter' } as const;
type StreamName = keyof typeof presenters;

/** After the last commit, each client must have everything within this. */
const patienceMs = 20_000;
/** Between two ends of a presenter, at most. */
const maxCalmMs = 12_000;
/** Rows younger than this are never taken away: far more than any client of ours is behind on a machine that keeps up. */
const retentionMs = 60_000;

export type StreamReport = {
  readonly clients: number;
  readonly connections: number;
  readonly committed: number;
  readonly delivered: number;
  /** From the end of the last commit until every client had everything. */
  readonly settleMs: number;
  readonly restarts: { readonly killed: number; readonly stopped: number };
  readonly resyncs: number;
  /** All that should not have been, in words. */
  readonly wrong: readonly string[];
};

/**
 * Clients of both streams, of users with different rights and filters, are cut off and come back at random while
 * several writers commit and somebody else's transaction stays open all the time. At the end each client must have each
 * row that it may see once and in commit order, and presenters must stop in order and without a warning.
 * @param options.ends presenters are also killed and stopped at random, and started again
 * @param options.retention rows pass away, so that those who were away for long are told `resync`
 */
export async function runStreams(options: {
  readonly databaseUrl: string;
  readonly seconds: number;
  readonly seed: number;
  readonly clients: number;
  readonly eventsPerSecond: number;
  readonly ends: boolean;
  readonly retention: boolean;
  readonly say: (line: string) => void;
}): Promise<StreamReport> {
  const random = seededRandom(options.seed);
  const wrong: string[] = [];
  const restarts = { killed: 0, stopped: 0 };
  const cluster = await startStreamCluster();
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 8 });
  const running = new Map<StreamName, FunctionProcess>();
  const start = async (stream: StreamName, port?: number): Promise<void> => {
    const environment = {
      DATABASE_URL: options.databaseUrl,
      KUBECONFIG: cluster.kubeconfig,
      CLUSTER_NAME: 'here',
      JWT_SIGN_KEY: signKey,
      HEARTBEAT_INTERVAL: '1s',
    };
    running.set(
      stream,
      await startFunction(presenters[stream], environment, port === undefined ? {} : { port }),
    );
  };
  const processOf = (stream: StreamName): FunctionProcess => {
    const found = running.get(stream);
    if (found === undefined) throw new Error(`Cannot find ${presenters[stream]}: not started`);
    return found;
  };
  const stop = async (stream: StreamName): Promise<void> => {
    const presenter = processOf(stream);
    const code = await presenter.stop();
    if (code !== 0) wrong.push(`${presenters[stream]} ended with ${code}, expected 0`);
    noteTroubles(stream);
  };
  /** Nothing that happens here is worth a warning: not clients that leave, nor an end in order. */
  const noteTroubles = (stream: StreamName): void => {
    const lines = processOf(stream).log().split('\n');
    wrong.push(...lines.filter((line) => line !== '' && !/"level":"(?:info|debug)"/.test(line)).slice(0, 5));
  };

  const clients: StreamClient[] = [];
  try {
    await Promise.all([start('events'), start('resources')]);
    for (let index = 0; index < options.clients; index += 1) {
      const audience = streamAudiences[index % streamAudiences.length];
      if (audience === undefined) throw new Error('Cannot start a client: no audience');
      clients.push(
        startStreamClient({
          url: `${processOf(audience.stream).url}/${audience.stream === 'events' ? 'notifications' : 'resources/stream'}?${audience.query}`,
          token: await demoToken({ username: audience.user, groups: [] }, signKey),
          audience,
          random,
        }),
      );
    }
    await Promise.all(clients.map(({ greeted }) => greeted));
    options.say(`${clients.length} clients are there`);

    // Until it is first asked whether it lives, a connection that listens shows that as its last query.
    const listening = await pool.query<{ readonly application_name: string; readonly connections: number }>(
      `select application_name, count(*)::int as connections from pg_stat_activity
       where datname = current_database() and query ilike 'listen %' group by 1 having count(*) > 1`,
    );
    for (const { application_name: name, connections } of listening.rows) {
      wrong.push(`${name} listens with ${connections} connections, expected one`);
    }

    const foreign = await pool.connect();
    await foreign.query('begin');
    // With an id of its own and a row that nobody else sees yet, as any writer in the same database may have.
    await foreign.query('create table of_somebody_else as select pg_current_xact_id() as id');
    const writers = startStreamWriters({
      pool,
      writers: 4,
      eventsPerSecond: options.eventsPerSecond,
      random,
    });
    const deadlineMs = performance.now() + options.seconds * 1_000;
    const storm = options.ends ? endPresenters(deadlineMs) : Promise.resolve();
    const retention = options.retention ? passAway(deadlineMs) : Promise.resolve();
    await delay(deadlineMs - performance.now());
    await storm;
    await retention;
    await writers.stop();

    const writtenAtMs = performance.now();
    for (const client of clients) client.settle();
    const missing = (): StreamClient[] =>
      clients.filter((client) => client.received().length < expectedOf(client).length);
    const expected = new Map<StreamClient, readonly string[]>();
    const expectedOf = (client: StreamClient): readonly string[] => {
      const known = expected.get(client) ?? expectedRows(client, writers.written(client.audience.stream));
      expected.set(client, known);
      return known;
    };
    while (missing().length > 0 && performance.now() < writtenAtMs + patienceMs) await delay(50);
    const settleMs = Math.round(performance.now() - writtenAtMs);
    // What comes twice comes late.
    await delay(500);
    for (const [index, client] of clients.entries()) {
      const { user, stream, query } = client.audience;
      const difference = differenceOf(client.received(), expectedOf(client));
      if (difference !== undefined) wrong.push(`client ${index} (${user}, ${stream}?${query}) ${difference}`);
      if (client.resyncs.length > 0) wrong.push(`client ${index} was told ${client.resyncs[0]}`);
    }
    const resyncs = options.retention ? await comeBackLate(clients[0]?.firstId()) : 0;
    await foreign.query('rollback');
    foreign.release();

    // Some are still connected: their streams have to be ended.
    await Promise.all([stop('events'), stop('resources')]);
    await Promise.all(clients.map((client) => client.stop()));
    return {
      clients: clients.length,
      connections: clients.reduce((sum, client) => sum + client.connections(), 0),
      committed: writers.written('events').length + writers.written('resources').length,
      delivered: clients.reduce((sum, client) => sum + client.received().length, 0),
      settleMs,
      restarts,
      resyncs,
      wrong,
    };
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    await Promise.all([...running.values()].map((presenter) => presenter.kill()));
    await pool.end();
    await cluster.stop();
  }

  async function endPresenters(deadlineMs: number): Promise<void> {
    for (;;) {
      await delay(maxCalmMs * random());
      if (performance.now() > deadlineMs) return;
      const stream = random() < 0.6 ? 'events' : 'resources';
      const port = Number(new URL(processOf(stream).url).port);
      const kills = random() < 0.5;
      if (kills) await processOf(stream).kill();
      else await stop(stream);
      restarts[kills ? 'killed' : 'stopped'] += 1;
      options.say(`${presenters[stream]} was ${kills ? 'killed' : 'stopped'}`);
      await delay(500 * random());
      await start(stream, port);
    }
  }

  /** What retention does when it drops a partition: the rows go, and the horizon says so, in one transaction. */
  async function passAway(deadlineMs: number): Promise<void> {
    // Whole terms only: after a shorter one rows of the moment before would go, and clients be told `resync` rightly.
    for (let previous = 0; performance.now() + retentionMs <= deadlineMs; ) {
      await delay(retentionMs);
      const head = await pool.query<{ position: string | null }>(
        'select max(position) as position from events',
      );
      // Those of the time before the last one: at least so old.
      if (previous > 0) {
        await pool.query(
          `with gone as (delete from events where position <= $1)
           update stream_horizons set position = greatest(position, $1) where stream = 'events'`,
          [previous],
        );
        options.say(`events up to ${previous} are gone`);
      }
      previous = Number(head.rows[0]?.position ?? 0);
    }
  }

  /** Who continues from before the horizon is told so, and goes on from there. */
  async function comeBackLate(lastEventId: string | undefined): Promise<number> {
    const stream = await openStream(`${processOf('events').url}/notifications`, {
      token: await demoToken({ username: 'everywhere', groups: [] }, signKey),
      lastEventId,
    });
    await delay(200);
    await stream.leave();
    const events = stream.frames.map(({ event }) => event);
    if (events.join() !== 'resync')
      wrong.push(`who came back late got ${events.slice(0, 3).join()}, expected resync`);
    return events.filter((event) => event === 'resync').length;
  }
}

function expectedRows({ audience }: StreamClient, written: readonly WrittenRow[]): string[] {
  return written.filter(audience.sees).map(({ name }) => `here:${name}-uid`);
}

function differenceOf(received: readonly string[], expected: readonly string[]): string | undefined {
  const at = expected.findIndex((key, index) => received[index] !== key);
  if (at < 0 && received.length === expected.length) return undefined;
  const seen = new Set(received);
  const doubled = received.length - seen.size;
  const missing = expected.filter((key) => !seen.has(key)).length;
  const strange = received.filter((key) => !expected.includes(key)).length;
  return `missed ${missing}, had ${doubled} twice and ${strange} that it may not see; first difference at ${at}`;
}
