import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
} from '../../lib/local/cluster/tls/certificates.ts';
import { freePort } from '../../lib/local/free-port.ts';
import { openStream } from '../../test/support/open-stream.ts';
import { type ReadingWorld, startReadingWorld } from '../../test/support/reading-world.ts';
import { configSchema } from './config.ts';
import { startResourcesPresenter } from './start-resources-presenter.ts';

const path = '/resources?group=apps&resource=deployments&namespace=shop';
const authority = createAuthority('kubernetes', new Date());
const { certificate: cert, privateKey: key } = issueServerCertificate(authority, ['127.0.0.1'], new Date());
let keys: object[] = [];
let signer: CryptoKey;
let world: ReadingWorld;
let issuer: string;
let folder: string;
let metricsPort: number;

const server = createServer({ cert, key }, (request, response) => {
  const isKeys = request.url === '/keys';
  response.end(JSON.stringify(isKeys ? { keys } : { issuer, jwks_uri: `${issuer}/keys` }));
});

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  signer = pair.privateKey;
  keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'one' }];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'kubemirror-issuer-'));
  await writeFile(join(folder, 'ca.pem'), authority.certificate);
  metricsPort = await freePort();
  world = await startReadingWorld({
    schema: configSchema,
    start: startResourcesPresenter,
    environment: {
      OIDC_ISSUER_URL: issuer,
      OIDC_AUDIENCES: 'portal',
      OIDC_SIGNING_ALGORITHMS: 'ES256',
      OIDC_USERNAME_PREFIX: 'oidc:',
      OIDC_CA_FILE: join(folder, 'ca.pem'),
      AUTHN_NS: 'authn',
      METRICS_PORT: String(metricsPort),
    },
  });
  const rule = { verbs: ['list', 'get', 'watch'], apiGroups: ['apps'], resources: ['deployments'] };
  await world.grant('oidc:alice', [rule], 'shop');
  await world.grant('group:sellers', [rule], 'shop');
});
afterAll(async () => {
  await world.stop();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function idToken(sub: string, secondsLeft: number): Promise<string> {
  return new SignJWT({ iss: issuer, aud: 'portal', sub, exp: Math.floor(Date.now() / 1_000) + secondsLeft })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(signer);
}

async function create(at: string, body: object): Promise<void> {
  const answer = await fetch(`${world.cluster.url}${at}`, {
    method: 'POST',
    headers: { authorization: 'Bearer presenter-token', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([201, 409]).toContain(answer.status);
}

it('serves users of an OpenID Connect issuer, and refuses others with a Status', async () => {
  expect((await world.get(path, await idToken('alice', 60))).status).toBe(200);
  const forbidden = await world.get(path, await idToken('bob', 60));
  expect([forbidden.status, await forbidden.json()]).toMatchObject([
    403,
    { kind: 'Status', reason: 'Forbidden', code: 403 },
  ]);
  const expired = await world.get(path, await idToken('alice', -11));
  expect([expired.status, await expired.json()]).toMatchObject([
    401,
    { kind: 'Status', reason: 'Unauthorized', message: 'token is expired', code: 401 },
  ]);
  expect(expired.headers.get('www-authenticate')).toBe('Bearer');
});

it('ends a stream with the token of an OpenID Connect issuer', async () => {
  // Two seconds are left of the ten by which clocks may differ.
  const token = await idToken('alice', -8);
  const stream = await openStream(`${world.url}${path.replace('?', '/stream?')}`, { token });
  await stream.ended;
  expect((await world.get(path, token)).status).toBe(401);
});

it('takes users of HS256 tokens by the certificate that the cluster gave them, and no others', async () => {
  const { certificate } = issueClientCertificate(
    authority,
    { commonName: 'carol', organizations: ['sellers'] },
    new Date(),
  );
  await create('/api/v1/namespaces', { metadata: { name: 'authn' } });
  await create('/api/v1/namespaces/kube-system/configmaps', {
    metadata: { name: 'extension-apiserver-authentication' },
    data: { 'client-ca-file': authority.certificate },
  });
  await create('/api/v1/namespaces/authn/secrets', {
    metadata: { name: 'carol-clientconfig' },
    data: { 'client-certificate-data': Buffer.from(certificate).toString('base64') },
  });
  expect((await world.get(path, await world.token('carol'))).status).toBe(200);
  // Another name that leads to the same secret, and one that leads to none.
  expect((await world.get(path, await world.token('Carol'))).status).toBe(401);
  expect((await world.get(path, await world.token('dave', ['sellers', 'system:masters']))).status).toBe(401);
});

it('counts by the source of identity what became of tokens', async () => {
  await world.get(path, undefined);
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const counted = [...text.matchAll(/^kubemirror_tokens_judged_total\{source="(\w+)",result="(\w+)"/gm)];
  expect(counted.map(([, source, result]) => `${source} ${result}`).sort()).toEqual([
    'authn accepted',
    'authn refused',
    'jwt accepted',
    'none refused',
    'oidc accepted',
    'oidc refused',
  ]);
});
