import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openSse, type SseConnection } from './sse-response.ts';

let server: Server | undefined;
let socket: Socket | undefined;
afterEach(() => {
  socket?.destroy();
  server?.closeAllConnections();
  server?.close();
});

/** A client that reads only when it is told to. */
async function openStream(): Promise<{ connection: SseConnection; client: Socket; text: () => string }> {
  const opened = new Promise<SseConnection>((resolve) => {
    server = createServer((_, response) =>
      resolve(openSse(response, { headers: {}, maxBufferedBytes: 64 * 1024 })),
    );
  });
  server?.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  const { port } = (server as Server).address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  socket = client;
  let text = '';
  client.setEncoding('utf8');
  client.on('data', (chunk) => {
    text += chunk;
  });
  client.write('GET / HTTP/1.1\r\nhost: mirror\r\n\r\n');
  return { connection: await opened, client, text: () => text };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('openSse() sends the headers before any frame', async () => {
  const { text } = await openStream();
  await until(() => text().includes('\r\n\r\n'));
  expect(text()).toContain('content-type: text/event-stream');
});

it('openSse() has room right after a small frame', async () => {
  const { connection, text } = await openStream();
  expect(connection.write('data: a\n\n')).toBe(true);
  await connection.drained();
  await until(() => text().includes('data: a'));
});

it('openSse() says when a client is behind, and when it has caught up', async () => {
  const { connection, client, text } = await openStream();
  await until(() => text().includes('\r\n\r\n'));
  client.pause();
  const frame = `data: ${'x'.repeat(100_000)}\n\n`;
  // More than the kernel's own buffers hold.
  const written = 200;
  for (let index = 1; index < written; index += 1) connection.write(frame);
  expect(connection.write(frame)).toBe(false);
  let drained = false;
  const drain = connection.drained().then(() => {
    drained = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(drained).toBe(false);
  client.resume();
  await drain;
  await until(() => (text().match(/data: x/g) ?? []).length === written);
});

it('openSse() ends with the last frames, once', async () => {
  const { connection, text } = await openStream();
  connection.end('event: end\ndata: {}\n\n');
  connection.end('again');
  await connection.closed;
  await until(() => text().includes('event: end'));
  expect(text()).not.toContain('again');
  expect(connection.write('data: late\n\n')).toBe(false);
});

it('openSse() notices a client that leaves, also while it waits for room', async () => {
  const { connection, client } = await openStream();
  client.pause();
  for (let index = 0; index < 200; index += 1) connection.write(`data: ${'x'.repeat(100_000)}\n\n`);
  const drained = connection.drained();
  client.destroy();
  await Promise.all([connection.closed, drained]);
  expect(connection.write('data: a\n\n')).toBe(false);
});
