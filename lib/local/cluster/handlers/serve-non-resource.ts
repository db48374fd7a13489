import { tokenIssuer } from '../auth/service-account-tokens.ts';
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
  const health = /^\/(livez|readyz|healthz)(?:\/|$)/.exec(path)?.[1];
  if (health !== undefined) return { kind: 'text', code: 200, text: healthText(call, health) };
  if (path === '/version' || path === '/version/') {
    return { kind: 'object', code: 200, object: serverVersion };
  }
  if (path === '/openid/v1/jwks') {
    return { kind: 'object', code: 200, object: { keys: cluster.tokens.jwks } };
  }
  if (path === '/.well-known/openid-configuration') {
    return { kind: 'object', code: 200, object: openIdConfiguration(call) };
  }
  if (path === '/') return { kind: 'object', code: 200, object: { paths: rootPaths(cluster) } };
  return undefined;
}

/** `?verbose` names the checks; of those of a real server there is one here that can be asked. */
function healthText(call: Call, check: string): string {
  const isWhole = call.info.path === `/${check}`;
  return isWhole && call.info.query.has('verbose') ? `[+]ping ok\n${check} check passed\n` : 'ok';
}

/** Lets others check ServiceAccount tokens by themselves. */
function openIdConfiguration(call: Call): Readonly<Record<string, unknown>> {
  return {
    issuer: tokenIssuer,
    jwks_uri: `https://${call.request.headers.host ?? 'localhost'}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
}

/** What is there to ask for, as the root of the server lists it. */
function rootPaths(cluster: ClusterState): readonly string[] {
  const groups = cluster.registry.all().filter(({ group }) => group !== '');
  const paths = groups.flatMap(({ group, version }) => [`/apis/${group}`, `/apis/${group}/${version}`]);
  return [...new Set([...fixedPaths, ...paths])].sort();
}

const fixedPaths = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/',
  '/healthz',
  '/livez',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/readyz',
  '/version',
];
