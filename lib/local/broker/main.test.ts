import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const headers = { 'ce-specversion': '1.0', 'ce-source': '/s', 'ce-type': 't' };
const manifests = `
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: { name: default }
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: { name: sub }
spec:
  broker: default
  subscriber: { ref: { apiVersion: v1, kind: Service, name: sub } }
  delivery: { retry: 100, backoffPolicy: linear, backoffDelay: PT0.01S }
`;

let folder = '';
const children: ChildProcess[] = [];
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubemirror-broker-main-'));
  await writeFile(join(folder, 'all.yaml'), manifests);
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}

async function startProcess(...extra: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main, '--manifests', folder, ...extra], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    return { child, url: (JSON.parse(line) as { url: string }).url };
  }
  throw new Error('the broker ended before it was ready');
}

async function fakeSubscriber(status: number): Promise<{ url: string; ids: string[] }> {
  const ids: string[] = [];
  const server = createServer((request, response) => {
    ids.push(String(request.headers['ce-id']));
    request.resume();
    response.writeHead(status).end();
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, ids };
}

async function send(url: string, id: string): Promise<number> {
  const response = await fetch(`${url}/kubemirror/default`, {
    method: 'POST',
    headers: { ...headers, 'ce-id': id },
  });
  return response.status;
}

it('delivers to the services of its command line and ends at SIGTERM', async () => {
  const subscriber = await fakeSubscriber(202);
  const { child, url } = await startProcess('--service', `sub=${subscriber.url}`);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(await send(url, 'one')).toBe(202);
  expect(subscriber.ids).toEqual(['one']);
  expect(await end(child, 'SIGTERM')).toBe(0);
});

it('delivers what it had accepted before it was killed', async () => {
  const failing = await fakeSubscriber(503);
  const options = ['--profile', 'kafka-unordered', '--data', folder];
  const first = await startProcess(...options, '--service', `sub=${failing.url}`);
  const ids = Array.from({ length: 20 }, (_, index) => String(index));
  expect(await Promise.all(ids.map((id) => send(first.url, id)))).toEqual(ids.map(() => 202));
  await end(first.child, 'SIGKILL');

  const taking = await fakeSubscriber(202);
  await startProcess(...options, '--service', `sub=${taking.url}`);
  await expect.poll(() => taking.ids.toSorted(), { timeout: 10_000 }).toEqual(ids.toSorted());
});

it('says what is wrong with its command line', async () => {
  const child = spawn(process.execPath, [main, '--manifests', folder, '--profile', 'pulsar'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'exit');
  expect(child.exitCode).toBe(1);
  expect(text).toContain('Cannot use broker profile "pulsar"');
});
