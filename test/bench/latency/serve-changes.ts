import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveDiscovery } from '../serve-discovery.ts';
import { podText } from '../watch/pod-template.ts';

/**
 * An API server of its own process whose pods change at a steady rate; each change carries the moment when it was
 * sent to the watch, in microseconds since 1970.
 */
const objects = Number(process.env['BENCH_OBJECTS']);
const changesPerSecond = Number(process.env['BENCH_CHANGES_PER_SECOND']);
const firstVersion = 1_000_000;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (serveDiscovery(response, url)) return;
  if (url.pathname !== '/api/v1/pods') response.writeHead(404).end();
  else if (url.searchParams.has('watch')) watch(response);
  else list(response);
});

function list(response: ServerResponse): void {
  const items = Array.from({ length: objects }, (_, index) => podText(index, firstVersion + index));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"${firstVersion + objects}"},"items":[${items.join(',')}]}`,
  );
}

function watch(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const startedMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) * changesPerSecond) / 1_000);
    for (; sent < due; sent += 1) {
      const pod = podText(sent % objects, firstVersion + objects + 1 + sent);
      const changedAtMicros = Math.round((performance.timeOrigin + performance.now()) * 1_000);
      response.write(
        `{"type":"MODIFIED","object":${pod.slice(0, -1)},"changedAtMicros":${changedAtMicros}}}\n`,
      );
    }
  }, 1);
  response.once('close', () => clearInterval(timer));
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
