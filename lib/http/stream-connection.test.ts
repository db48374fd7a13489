import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { openStreamConnection, type StreamConnection } from './stream-connection.ts';

let server: Server | undefined;
let socket: Socket | undefined;
afterEach(() => {
  vi.useRealTimers();
  socket?.destroy();
  server?.closeAllConnections();
  server?.close();
});

/** A client that reads only when it is told to. */
async function openStream(): Promise<{ connection: StreamConnection; client: Socket; text: () => string }> {
  const opened = new Promise<StreamConnection>((resolve) => {
    server = createServer((_, response) =>
      resolve(
        openStreamConnection(response, {
          contentType: 'text/event-stream',
          headers: {},
          maxBufferedBytes: 64 * 1024,
        }),
      ),
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

it('openStreamConnection() sends the headers before any frame', async () => {
  const { text } = await openStream();
  await until(() => text().includes('\r\n\r\n'));
  expect(text()).toContain('content-type: text/event-stream');
});

it('openStreamConnection() has room right after a small frame', async () => {
  const { connection, text } = await openStream();
  expect(connection.write('data: a\n\n')).toBe(true);
  await connection.drained();
  await until(() => text().includes('data: a'));
});

it('openStreamConnection() says when a client is behind, and when it has caught up', async () => {
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

it('openStreamConnection() ends with the last frames, once', async () => {
  const { connection, text } = await openStream();
  connection.end('event: end\ndata: {}\n\n');
  connection.end('again');
  await connection.closed;
  await until(() => text().includes('event: end'));
  expect(text()).not.toContain('again');
  expect(connection.write('data: late\n\n')).toBe(false);
});

it('openStreamConnection() notices a client that leaves, also while it waits for room', async () => {
  const { connection, client } = await openStream();
  client.pause();
  for (let index = 0; index < 200; index += 1) connection.write(`data: ${'x'.repeat(100_000)}\n\n`);
  const drained = connection.drained();
  client.destroy();
  await Promise.all([connection.closed, drained]);
  expect(connection.write('data: a\n\n')).toBe(false);
});

it('openStreamConnection() cuts off a client that reads nothing for half a minute, and tells that from one that left', async () => {
  const { connection, client, text } = await openStream();
  await until(() => text().includes('\r\n\r\n'));
  client.pause();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  for (let index = 0; index < 200; index += 1) connection.write(`data: ${'x'.repeat(100_000)}\n\n`);
  vi.advanceTimersByTime(29_000);
  expect(connection.write('data: a\n\n')).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(await connection.closed).toBe('stalled');
});
