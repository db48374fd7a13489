import type { ClusterState } from '../cluster-state.ts';
import { serveDiscovery } from '../discovery/serve-discovery.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { serveOpenApi } from '../openapi/serve-openapi.ts';

/** The version that the recordings were made with. */
const serverVersion = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.0+kubemirror-double',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-04-22T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'linux/amd64',
};

/** Everything that is no resource: discovery, health, version; undefined where the path leads nowhere. */
export async function serveNonResource(cluster: ClusterState, call: Call): Promise<Answer | undefined> {
  if (call.info.verb !== 'get' && call.info.verb !== 'head') return undefined;
  if (await serveDiscovery(cluster, call)) return { kind: 'taken' };
  if (await serveOpenApi(cluster, call)) return { kind: 'taken' };
  const { path } = call.info;
  if (/^\/(?:livez|readyz|healthz)(?:\/|$)/.test(path)) return { kind: 'text', code: 200, text: 'ok' };
  if (path === '/version' || path === '/version/') {
    return { kind: 'object', code: 200, object: serverVersion };
  }
  if (path === '/openid/v1/jwks') {
    return { kind: 'object', code: 200, object: { keys: cluster.tokens.jwks } };
  }
  return undefined;
}
