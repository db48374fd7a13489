import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { insertEvents } from '../../support/insert-events.ts';
import { namespaceName } from '../read/seed-rows.ts';

/**
 * Writer and clients, a process of its own, so that both have one clock. Clients look for nothing but the number of
 * each event in what they get, because whatever this costs is taken from the cores that are measured. Prints one line
 * of JSON; fails where a client missed an event, or had one twice or out of order.
 */
const port = Number(process.env['BENCH_PORT']);
const tokens = JSON.parse(process.env['BENCH_TOKENS'] ?? '[]') as string[];
const clients = Number(process.env['BENCH_CLIENTS']);
const namespaces = Number(process.env['BENCH_NAMESPACES']);
const perSecond = Number(process.env['BENCH_PER_SECOND']);
const warmUp = Number(process.env['BENCH_WARM_UP_SECONDS']) * perSecond;
const total = warmUp + Number(process.env['BENCH_SECONDS']) * perSecond;

/** In the message of each event, followed by its number. */
const marker = Buffer.from('"message":"number ');
const readBuffer = Buffer.alloc(64 * 1024);
/** When the commit of each event began. */
const committedAtMs = new Float64Array(total);
const latenciesMs: number[] = [];
const received: number[][] = Array.from({ length: clients }, () => []);

const before = residentKb();
const sockets: Socket[] = [];
for (let client = 0; client < clients; client += 1) {
  sockets.push(open(client));
  // A moment's rest now and then: how fast clients can come is not what is measured.
  if (client % 50 === 49) await delay(50);
}
await delay(2_000);

const pool = new pg.Pool({ connectionString: process.env['BENCH_DATABASE_URL'], max: 4 });
const startAtMs = performance.now();
let during = 0;
for (let number = 0; number < total; number += 1) {
  await delay(Math.max(0, startAtMs + (number * 1_000) / perSecond - performance.now()));
  if (number === Math.floor(total * 0.9)) during = residentKb();
  committedAtMs[number] = performance.now();
  await insertEvents(pool, [
    {
      name: `event-${number}`,
      cluster_name: 'bench',
      namespace: namespaceName(number % namespaces),
      created_at: new Date().toISOString(),
      message: `number ${number} of the benchmark, with a text as long as those of a kubelet usually are`,
      involved_object_uid: `uid-${number}`,
    },
  ]);
}
await pool.end();
await untilQuiet();
for (const socket of sockets) socket.destroy();

const expected = received[0]?.join();
const wrong = received.filter((numbers) => numbers.join() !== expected || !isAscending(numbers)).length;
if (wrong > 0 || expected === '' || expected === undefined) {
  throw new Error(`Cannot measure: ${wrong} of ${clients} clients missed events or had them twice`);
}
latenciesMs.sort((a, b) => a - b);
const quantile = (q: number) => latenciesMs[Math.ceil(q * latenciesMs.length) - 1];
process.stdout.write(
  `${JSON.stringify({
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
    max_ms: quantile(1),
    received: received.reduce((sum, numbers) => sum + numbers.length, 0),
    kb_per_client: (during - before) / clients,
  })}\n`,
);

function open(client: number): Socket {
  let rest: Buffer = Buffer.alloc(0);
  const read = (chunk: Buffer): void => {
    const now = performance.now();
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = bytes.indexOf(marker);
    let end = 0;
    while (at >= 0) {
      const from = at + marker.length;
      const to = bytes.indexOf(0x20, from);
      if (to < 0) break;
      take(client, Number(bytes.toString('latin1', from, to)), now);
      end = to;
      at = bytes.indexOf(marker, to);
    }
    // A marker and its number may be cut in two. A copy, because the next chunk comes in the same buffer.
    rest = Buffer.from(bytes.subarray(Math.max(end, bytes.length - marker.length - 12)));
  };
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    // One buffer for all: a fresh one of 64 kB for every chunk took more of the cores than the search.
    onread: {
      buffer: readBuffer,
      callback: (length, buffer) => {
        read(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        return true;
      },
    },
  });
  socket.write(
    `GET /notifications HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${tokens[client % tokens.length]}\r\n\r\n`,
  );
  return socket;
}

function take(client: number, number: number, now: number): void {
  received[client]?.push(number);
  if (number >= warmUp) latenciesMs.push(now - (committedAtMs[number] ?? Number.NaN));
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
}

/** Until nothing came for a second; a presenter that is far behind shows in the latencies. */
async function untilQuiet(): Promise<void> {
  for (let seen = -1; seen !== latenciesMs.length; ) {
    seen = latenciesMs.length;
    await delay(1_000);
  }
}

function residentKb(): number {
  const status = readFileSync(`/proc/${process.env['BENCH_PRESENTER_PID']}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
}
