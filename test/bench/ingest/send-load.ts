import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeHttpEvent } from '../../../lib/cloudevents/encode-http-event.ts';
import { podEvent } from './pod-events.ts';

/**
 * Load generator, a process of its own: one event a POST, a connection for each that is in flight, as brokers
 * send them. Requests are made beforehand and answers hardly looked at, because whatever this costs is taken
 * from the two cores that are measured. Prints one line of JSON.
 */
const port = Number(process.env['BENCH_PORT']);
const inFlight = Number(process.env['BENCH_IN_FLIGHT']);
const warmUp = Number(process.env['BENCH_WARM_UP']);
const events = Number(process.env['BENCH_EVENTS']);
const shape = { objects: Number(process.env['BENCH_OBJECTS']), bytes: Number(process.env['BENCH_BYTES']) };

const requests = Array.from({ length: warmUp + events }, (_, index) => requestBytes(index));
const sockets = await Promise.all(Array.from({ length: inFlight }, open));

await send(0, warmUp);
const cpuBefore = process.cpuUsage();
const startedAtMs = performance.now();
const latenciesMs = await send(warmUp, warmUp + events);
const seconds = (performance.now() - startedAtMs) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
for (const socket of sockets) socket.destroy();

latenciesMs.sort((a, b) => a - b);
const quantile = (q: number) => latenciesMs[Math.floor(q * (latenciesMs.length - 1))];
const measures = {
  events_per_s: events / seconds,
  p50_ms: quantile(0.5),
  p99_ms: quantile(0.99),
  // What the load itself takes from the machine that is measured.
  load_cpu_us_per_event: (user + system) / events,
};
process.stdout.write(`${JSON.stringify(measures)}\n`);

async function open(): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function requestBytes(index: number): Buffer {
  const { headers, body } = encodeHttpEvent(podEvent(index, shape));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body as Buffer]);
}

/** Sends requests `from` to `to`, each socket the next one as soon as its last was answered. */
async function send(from: number, to: number): Promise<number[]> {
  const latencies: number[] = [];
  let next = from;
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          let sentAtMs = 0;
          const sendNext = () => {
            const request = requests[next];
            if (next >= to || request === undefined) {
              socket.removeListener('data', onData);
              resolve();
              return;
            }
            next += 1;
            sentAtMs = performance.now();
            socket.write(request);
          };
          // Answers have no body, so each comes in one piece and fits in one.
          const onData = (chunk: Buffer) => {
            if (chunk.toString('latin1', 9, 12) !== '202') {
              reject(new Error(`Cannot go on: answer ${chunk.toString('latin1', 0, 60)}, expected 202`));
              return;
            }
            latencies.push(performance.now() - sentAtMs);
            sendNext();
          };
          socket.on('data', onData);
          socket.once('error', reject);
          sendNext();
        }),
    ),
  );
  return latencies;
}
