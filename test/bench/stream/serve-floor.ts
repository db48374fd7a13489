import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { eventJson } from '../../../lib/core/event-json.ts';
import { formatSseFrame } from '../../../lib/core/sse-frame.ts';
import { encodeStreamChunk } from '../../../lib/http/stream-chunk.ts';
import { readEventsAfter } from '../../../lib/postgres/read-events-after.ts';

/**
 * The least that can be done for the same clients: the same frames, read once and written once to every socket, without
 * rights, filters, HTTP, back-pressure, or a check that a client is still there. Prints its port and process id.
 */
const pauseMs = 25;
const pool = new pg.Pool({ connectionString: process.env['BENCH_DATABASE_URL'], max: 2 });
const sockets = new Set<Socket>();
let woken = Promise.withResolvers<void>();

const listener = new pg.Client({ connectionString: process.env['BENCH_DATABASE_URL'] });
await listener.connect();
listener.on('notification', () => woken.resolve());
await listener.query('listen kubemirror_events');

const server = createServer({ noDelay: true }, (socket) => {
  // Clients are killed in the end.
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
    sockets.add(socket);
  });
  socket.once('close', () => sockets.delete(socket));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  process.stdout.write(`${JSON.stringify({ port, pid: process.pid })}\n`);
});

for (let position = 0; ; ) {
  await woken.promise;
  woken = Promise.withResolvers();
  const rows = await readEventsAfter(pool, { after: position, limit: 500 });
  position = rows.at(-1)?.position ?? position;
  if (rows.length > 0) {
    // As long as the sealed ids of a presenter.
    const frames = rows.map((row) =>
      formatSseFrame({ event: 'krateo', id: String(row.position).padStart(59, '0'), data: eventJson(row) }),
    );
    const { chunked } = encodeStreamChunk(frames.join(''));
    for (const socket of sockets) socket.write(chunked);
  }
  await delay(pauseMs);
}
