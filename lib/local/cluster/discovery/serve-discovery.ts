import { createHash } from 'node:crypto';

import type { ClusterState } from '../cluster-state.ts';
import type { Call } from '../http/call.ts';
import { clausesOf } from '../http/negotiate.ts';
import { send } from '../http/write-answer.ts';
import { aggregatedDiscovery, type DiscoveryVersion } from './aggregated-discovery.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy-discovery.ts';

/** Serves `/api`, `/apis` and what is right below; false for other paths. */
export async function serveDiscovery(cluster: ClusterState, call: Call): Promise<boolean> {
  const path = call.info.path.replace(/\/$/, '');
  const definitions = cluster.registry.all();
  if (path === '/api' || path === '/apis') {
    const version = aggregatedVersion(call.request.headers.accept);
    if (version !== undefined) {
      const body = Buffer.from(JSON.stringify(aggregatedDiscovery(definitions, path, version)));
      const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      await sendTagged(call, contentType, body);
      return true;
    }
    const address = `${call.request.socket.localAddress}:${call.request.socket.localPort}`;
    const document = path === '/api' ? apiVersions(address) : apiGroupList(definitions);
    await send(call, 200, 'application/json', Buffer.from(JSON.stringify(document)));
    return true;
  }
  const document = documentAt(path, definitions);
  if (document === undefined) return false;
  await send(call, 200, 'application/json', Buffer.from(JSON.stringify(document)));
  return true;
}

function documentAt(path: string, definitions: Parameters<typeof apiGroupList>[0]): object | undefined {
  if (path === '/api/v1') return apiResourceList(definitions, '', 'v1');
  const [, root, group, version, ...more] = path.split('/');
  if (root !== 'apis' || group === undefined || more.length > 0) return undefined;
  if (version === undefined) return apiGroup(definitions, group);
  return apiResourceList(definitions, group, version);
}

/** Which aggregated version the client prefers over the legacy documents, if any. */
function aggregatedVersion(accept: string | undefined): DiscoveryVersion | undefined {
  for (const { type, parameters } of clausesOf(accept ?? '')) {
    if (type !== 'application/json') continue;
    const version = parameters.get('v');
    const aggregated =
      parameters.get('g') === 'apidiscovery.k8s.io' && parameters.get('as') === 'APIGroupDiscoveryList';
    if (aggregated && (version === 'v2' || version === 'v2beta1')) return version;
    if (!parameters.has('as')) return undefined;
  }
  return undefined;
}

/** Clients keep the document and ask whether it is still the same. */
async function sendTagged(call: Call, contentType: string, body: Buffer): Promise<void> {
  const tag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
  const headers = { etag: tag, vary: 'Accept' };
  if (call.request.headers['if-none-match'] === tag) {
    call.response.writeHead(304, headers);
    call.response.end();
    return;
  }
  await send(call, 200, contentType, body, headers);
}
