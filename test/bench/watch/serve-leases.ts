import type { IncomingMessage, ServerResponse } from 'node:http';

const leases = new Map<string, object>();
let version = 1;

/** Leases as an election and resume points need them: get, create, replace. False for other paths. */
export function serveLeases(request: IncomingMessage, response: ServerResponse, pathname: string): boolean {
  const [, place] =
    /^\/apis\/coordination\.k8s\.io\/v1\/namespaces\/[^/]+\/leases(?:\/([^/]+))?$/.exec(pathname) ?? [];
  if (!pathname.startsWith('/apis/coordination.k8s.io/')) return false;
  if (request.method === 'GET') {
    const lease = leases.get(place ?? '');
    answer(response, lease === undefined ? 404 : 200, lease ?? { kind: 'Status', code: 404 });
    return true;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const lease = JSON.parse(Buffer.concat(chunks).toString()) as { metadata: { name: string } };
    version += 1;
    const stored = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(version) } };
    leases.set(lease.metadata.name, stored);
    answer(response, request.method === 'POST' ? 201 : 200, stored);
  });
  return true;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
