import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { podText } from './pod-template.ts';
import { serveLeases } from './serve-leases.ts';

/**
 * An API server of its own process that has nothing but pods, so that the watcher's figures hold the watcher
 * alone: lists in pages, metadata or whole, and one watch that sends its changes as fast as they are taken.
 */
const objects = Number(process.env['BENCH_OBJECTS']);
const changes = Number(process.env['BENCH_CHANGES']);
const firstVersion = 1_000_000;
const listVersion = firstVersion + objects;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { pathname, searchParams } = url;
  if (pathname === '/api/v1/pods') {
    if (searchParams.has('watch')) void watch(response, Number(searchParams.get('resourceVersion')));
    else list(response, searchParams, request.headers.accept?.includes('PartialObjectMetadata') === true);
    return;
  }
  if (serveLeases(request, response, pathname)) return;
  if (pathname === '/api') return json(response, discovery('', [['pods', 'Pod', 'Namespaced']]));
  if (pathname === '/apis') {
    return json(
      response,
      discovery('apiextensions.k8s.io', [
        ['customresourcedefinitions', 'CustomResourceDefinition', 'Cluster'],
      ]),
    );
  }
  if (pathname.endsWith('/customresourcedefinitions') && !searchParams.has('watch')) {
    return json(response, { metadata: { resourceVersion: '1' }, items: [] });
  }
  if (pathname.endsWith('/customresourcedefinitions')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    return;
  }
  response.writeHead(404).end();
});

function list(response: ServerResponse, query: URLSearchParams, metadataOnly: boolean): void {
  const limit = Number(query.get('limit') ?? '0') || objects;
  const start = Number(query.get('continue') ?? '0');
  const end = Math.min(start + limit, objects);
  const items: string[] = [];
  for (let index = start; index < end; index += 1) {
    const text = podText(index, firstVersion + index);
    items.push(metadataOnly ? `${text.slice(0, text.indexOf(',"spec":'))}}` : text);
  }
  const next = end < objects ? `,"continue":"${end}"` : '';
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"${listVersion}"${next}},"items":[${items.join(',')}]}`,
  );
}

async function watch(response: ServerResponse, from: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  // What a server without news says: the version is still good.
  response.write(bookmark(from));
  for (let change = Math.max(0, from - listVersion); change < changes; change += 1) {
    // The workload does not begin before the list has been worked off by everybody.
    if (change === 0) await new Promise((resolve) => setTimeout(resolve, 1_000));
    const line = `{"type":"MODIFIED","object":${podText(change % objects, listVersion + 1 + change)}}\n`;
    if (!response.write(line)) await new Promise((resolve) => response.once('drain', resolve));
  }
}

function bookmark(version: number): string {
  const metadata = { resourceVersion: String(version) };
  return `${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Pod', apiVersion: 'v1', metadata } })}\n`;
}

function discovery(group: string, resources: readonly (readonly [string, string, string])[]): object {
  return {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: group },
        versions: [
          {
            version: 'v1',
            resources: resources.map(([resource, kind, scope]) => ({
              resource,
              responseKind: { kind },
              scope,
              verbs: ['get', 'list', 'watch'],
            })),
          },
        ],
      },
    ],
  };
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
