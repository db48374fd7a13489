import type { ServerResponse } from 'node:http';

/**
 * Answers of an API server that has only pods: discovery and no custom resources. False for other paths, which are the
 * benchmark's own.
 */
export function serveDiscovery(response: ServerResponse, url: URL): boolean {
  const { pathname, searchParams } = url;
  if (pathname === '/api') json(response, discovery('', 'pods', 'Pod', 'Namespaced'));
  else if (pathname === '/apis') {
    json(
      response,
      discovery('apiextensions.k8s.io', 'customresourcedefinitions', 'CustomResourceDefinition', 'Cluster'),
    );
  } else if (pathname.endsWith('/customresourcedefinitions')) {
    if (!searchParams.has('watch')) json(response, { metadata: { resourceVersion: '1' }, items: [] });
    else response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  } else return false;
  return true;
}

function discovery(group: string, resource: string, kind: string, scope: string): object {
  const verbs = ['get', 'list', 'watch'];
  const versions = [{ version: 'v1', resources: [{ resource, responseKind: { kind }, scope, verbs }] }];
  return { kind: 'APIGroupDiscoveryList', items: [{ metadata: { name: group }, versions }] };
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
