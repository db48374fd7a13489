import { afterEach, expect, test } from 'vitest';

import { conformanceTokens } from './conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from './start-cluster.ts';

let cluster: DevelopmentCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

type Body = Record<string, unknown> & { metadata: Record<string, string> };

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${cluster?.url}${path}`, {
    method,
    headers: { authorization: 'Bearer admin-token', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Body);
  return { status: answer.status, lines, body: lines[0] as Body };
}

const configMaps = '/api/v1/namespaces/default/configmaps';

test('an object is created, read, patched, watched and deleted', async () => {
  cluster = await startCluster({ tokens: conformanceTokens });
  const created = await send('POST', configMaps, { metadata: { name: 'a' }, data: { k: 'v' } });
  expect(created.status).toBe(201);
  const patched = await send(
    'PATCH',
    `${configMaps}/a`,
    { data: { k: 'w' } },
    { 'content-type': 'application/merge-patch+json' },
  );
  expect(patched.body['data']).toEqual({ k: 'w' });
  expect((await send('GET', `${configMaps}/a`)).body['data']).toEqual({ k: 'w' });
  expect((await send('DELETE', `${configMaps}/a`)).status).toBe(200);
  const watched = await send('GET', `${configMaps}?watch=true&resourceVersion=1&timeoutSeconds=1`);
  const types = watched.lines.map((line) => line['type']);
  expect(types).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
});

test('a user without rights is refused in the words of the API server', async () => {
  cluster = await startCluster({ tokens: conformanceTokens });
  const refused = await send('GET', configMaps, undefined, { authorization: 'Bearer alice-token' });
  expect(refused.status).toBe(403);
  expect(refused.body['message']).toBe(
    'configmaps is forbidden: User "alice" cannot list resource "configmaps" in API group "" in the namespace "default"',
  );
});

test('a token that nobody has is refused', async () => {
  cluster = await startCluster({ tokens: conformanceTokens });
  expect((await send('GET', configMaps, undefined, { authorization: 'Bearer forged' })).status).toBe(401);
});
