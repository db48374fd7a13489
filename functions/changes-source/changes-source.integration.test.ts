import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';

let database: TestDatabase;
const slot = `kubemirror_process_${process.pid}`;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  // The server needs a moment to notice that the last reader was killed.
  await eventually(async () => {
    await database.pool.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
      [slot],
    );
  });
  await database.drop();
});

type Received = { readonly id: string; readonly operation: string; readonly name: string };

/** A sink that the test can make slow, deaf or refusing. */
async function startSink() {
  const received: Received[] = [];
  let answer: (event: Received) => number | undefined = () => 202;
  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const data = JSON.parse(Buffer.concat(chunks).toString()) as {
      operation: string;
      row?: { name: string };
    };
    const event = {
      id: String(request.headers['ce-id']),
      operation: data.operation,
      name: data.row?.name ?? '',
    };
    received.push(event);
    const status = answer(event);
    if (status !== undefined) response.writeHead(status).end();
  };
  const server = createServer((request, response) => {
    onRequest(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/kubemirror/default`,
    received,
    names: () => received.filter(({ name }) => name !== '').map(({ name }) => name),
    answerWith: (change: typeof answer) => {
      answer = change;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const children: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => kill(child)));
});

function startProcess(sinkUrl: string, environment: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ['functions/changes-source/index.ts'], {
    env: {
      DATABASE_URL: database.url,
      K_SINK: sinkUrl,
      SLOT_NAME: slot,
      PORT: '0',
      METRICS_PORT: '0',
      OIDC_TOKEN_FILE: '/nowhere',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.resume();
  children.push(child);
  return child;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = once(child, 'exit');
  child.kill(signal);
  await closed;
  return child.exitCode;
}

async function insert(name: string): Promise<void> {
  await database.pool.query(
    "insert into app_configs (name, repository_url, environment) values ($1, 'https://example.org/r', 'dev')",
    [name],
  );
}

describe('the changes-source process', () => {
  it('loses nothing when it is killed between send and acknowledgement, again and again', async () => {
    const sink = await startSink();
    let child = startProcess(sink.url);
    await eventually(() => {
      expect(sink.received.some(({ operation }) => operation === 'resynchronised')).toBe(true);
    });
    const written: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      // Received, but the answer never comes: the process dies with the event in flight.
      sink.answerWith((event) => (event.name.endsWith('held') ? undefined : 202));
      const before = sink.received.length;
      for (const name of [`r${round}-first`, `r${round}-held`, `r${round}-last`]) {
        await insert(name);
        written.push(name);
      }
      await eventually(() => {
        expect(sink.received.length).toBeGreaterThan(before + (round % 2));
      });
      await kill(child);
      sink.answerWith(() => 202);
      child = startProcess(sink.url);
    }
    await eventually(() => {
      expect(new Set(sink.names())).toEqual(new Set(written));
    });
    expect(sink.received.filter(({ operation }) => operation === 'resynchronised').length).toBe(1);
    const ids = new Map<string, string>();
    for (const { id, name } of sink.received.filter((event) => event.operation === 'insert')) {
      expect(ids.get(name) ?? id).toBe(id);
      ids.set(name, id);
    }
    await sink.close();
  });

  it('finishes what is under way at SIGTERM, and does not send it again', async () => {
    const sink = await startSink();
    const first = startProcess(sink.url);
    await insert('warm-up');
    await eventually(() => {
      expect(sink.names()).toContain('warm-up');
    });
    await insert('last-words');
    await eventually(() => {
      expect(sink.names()).toContain('last-words');
    });
    expect(await kill(first, 'SIGTERM')).toBe(0);
    startProcess(sink.url);
    await insert('after');
    await eventually(() => {
      expect(sink.names()).toContain('after');
    });
    expect(sink.names().filter((name) => name === 'last-words').length).toBe(1);
    await sink.close();
  });

  it('keeps what the sink will never take, and goes on', async () => {
    const sink = await startSink();
    sink.answerWith((event) => (event.name === 'poison' ? 400 : 202));
    startProcess(sink.url);
    await insert('poison');
    await insert('neighbour');
    await eventually(async () => {
      expect(sink.names()).toContain('neighbour');
      const { rows } = await database.pool.query<{ reason: string; body: Buffer }>(
        "select reason, body from quarantined_events where function_name = 'changes-source'",
      );
      expect(rows.map(({ reason, body }) => [reason, body.toString().includes('poison')])).toEqual([
        ['sink answered 400: ', true],
      ]);
    });
    await sink.close();
  });

  it('stops at once with every problem of its environment', async () => {
    const child = spawn(process.execPath, ['functions/changes-source/index.ts'], {
      env: { SLOT_NAME: 'Not-A-Slot', CHANGE_TABLES: 'x' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let problems = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      problems += text;
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    for (const name of ['K_SINK', 'SLOT_NAME', 'CHANGE_TABLES']) expect(problems).toContain(name);
  });
});
