import { afterAll, beforeAll, expect, test } from 'vitest';

import { encodeProtobuf, type ProtobufField } from '../../../../test/support/encode-protobuf.ts';
import { conformanceTokens } from '../conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from '../start-cluster.ts';

let cluster: DevelopmentCluster;
beforeAll(async () => {
  cluster = await startCluster({ tokens: conformanceTokens });
});
afterAll(async () => {
  await cluster.stop();
});

const message = encodeProtobuf;
const configMaps = '/api/v1/namespaces/default/configmaps';

/** The body of an object; an empty type leaves it to the URL. */
function bodyOf(apiVersion: string, kind: string, ...fields: readonly ProtobufField[]): Buffer {
  const type = message([1, apiVersion], [2, kind]);
  return Buffer.concat([Buffer.from('k8s\0'), message([1, type], [2, message(...fields)], [3, ''], [4, ''])]);
}

function named(name: string): ProtobufField {
  return [1, message([1, name], [2, ''], [3, ''])];
}

const both = 'application/vnd.kubernetes.protobuf,application/json';

async function send(method: string, path: string, body?: Buffer, accept = both) {
  const answer = await fetch(`${cluster.url}${path}`, {
    method,
    headers: {
      authorization: 'Bearer admin-token',
      accept,
      ...(body === undefined ? {} : { 'content-type': 'application/vnd.kubernetes.protobuf' }),
    },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
  const type = answer.headers.get('content-type');
  return { status: answer.status, type, body: (await answer.json()) as Record<string, unknown> };
}

test('an object is created and updated from protobuf and answered as JSON', async () => {
  const data = (value: string): ProtobufField => [2, message([1, 'key'], [2, value])];
  const created = await send('POST', configMaps, bodyOf('v1', 'ConfigMap', named('a'), data('one')));
  expect(created).toMatchObject({
    status: 201,
    type: 'application/json',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { key: 'one' } },
  });
  const updated = await send('PUT', `${configMaps}/a`, bodyOf('', '', named('a'), data('two')));
  expect(updated).toMatchObject({ status: 200, body: { data: { key: 'two' } } });
});

test('an answer that may only be protobuf is refused', async () => {
  const refused = await send('GET', configMaps, undefined, 'application/vnd.kubernetes.protobuf');
  expect(refused).toMatchObject({ status: 406, body: { reason: 'NotAcceptable' } });
});

const magicHex = Buffer.from('k8s\0').toString('hex');

test.each<[string, Buffer, string]>([
  [
    'no envelope',
    Buffer.from('k8s\0'),
    `the object provided is unrecognized (must be of type ConfigMap): empty body (${magicHex})`,
  ],
  [
    'JSON under the name of protobuf',
    Buffer.from('{"kind":"ConfigMap"}'),
    'the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({"kind":"ConfigMap"})',
  ],
  [
    'a message that is cut off',
    bodyOf('v1', 'ConfigMap', [1, Buffer.from([10, 200])]),
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF',
  ],
  [
    'another version',
    bodyOf('v2', 'ConfigMap', named('b')),
    'the API version in the data (v2) does not match the expected API version (v1)',
  ],
])('%s is refused in the words of the API server', async (_, body, text) => {
  expect(await send('POST', configMaps, body)).toMatchObject({
    status: 400,
    type: 'application/json',
    body: { kind: 'Status', reason: 'BadRequest', message: text },
  });
});

test('an object of another kind is refused before its message is read', async () => {
  const refused = await send('POST', configMaps, bodyOf('v1', 'Secret', [1, 'no metadata at all']));
  expect(refused.status).toBe(400);
  expect(refused.body['message']).toMatch(/^Secret in version "v1" cannot be handled as a ConfigMap: /);
});

test('custom resources are not spoken in protobuf', async () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'lamps.light.example.com' },
    spec: {
      group: 'light.example.com',
      scope: 'Cluster',
      names: { plural: 'lamps', singular: 'lamp', kind: 'Lamp', listKind: 'LampList' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
  const created = await fetch(`${cluster.url}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`, {
    method: 'POST',
    headers: { authorization: 'Bearer admin-token', 'content-type': 'application/json' },
    body: JSON.stringify(definition),
  });
  expect(created.status).toBe(201);
  const lamp = bodyOf('light.example.com/v1', 'Lamp', named('desk'));
  expect(await send('POST', '/apis/light.example.com/v1/lamps', lamp)).toMatchObject({
    status: 415,
    body: { reason: 'UnsupportedMediaType' },
  });
});

test('options of a deletion are read: a precondition that fails keeps the object', async () => {
  await send('POST', configMaps, bodyOf('v1', 'ConfigMap', named('kept')));
  const other = [2, message([1, 'another-uid'])] as const;
  const kept = await send('DELETE', `${configMaps}/kept`, bodyOf('v1', 'DeleteOptions', other));
  expect(kept.status).toBe(409);
  const dryRun = await send('DELETE', `${configMaps}/kept`, bodyOf('apps/v1', 'DeleteOptions', [5, 'All']));
  expect(dryRun.status).toBe(200);
  expect((await send('GET', `${configMaps}/kept`)).status).toBe(200);
  const wrong = await send('DELETE', `${configMaps}/kept`, bodyOf('v1', 'ConfigMap', named('kept')));
  expect(wrong).toMatchObject({
    status: 400,
    body: { message: 'decoded object cannot be converted to DeleteOptions' },
  });
  expect((await send('DELETE', `${configMaps}/kept`, bodyOf('v1', 'DeleteOptions'))).status).toBe(200);
});

test('a scale is read, and a pod is bound and evicted', async () => {
  const container: ProtobufField = [2, message([1, 'web'], [2, 'web:1'])];
  const labels = message([1, 'app'], [2, 'web']);
  const template = message([1, message([11, labels])], [2, message(container)]);
  const spec = message([2, message([1, labels])], [3, template]);
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  const created = await send('POST', deployments, bodyOf('apps/v1', 'Deployment', named('web'), [2, spec]));
  expect(created.status).toBe(201);
  const scale = bodyOf('autoscaling/v1', 'Scale', named('web'), [2, message([1, 4])]);
  expect(await send('PUT', `${deployments}/web/scale`, scale)).toMatchObject({
    status: 200,
    body: { kind: 'Scale', spec: { replicas: 4 } },
  });

  const pods = '/api/v1/namespaces/default/pods';
  const pod = await send('POST', pods, bodyOf('v1', 'Pod', named('web'), [2, message(container)]));
  expect(pod.status).toBe(201);
  const binding = bodyOf('v1', 'Binding', named('web'), [2, message([1, 'Node'], [3, 'node-1'])]);
  expect((await send('POST', `${pods}/web/binding`, binding)).status).toBe(201);
  expect((await send('GET', `${pods}/web`)).body).toMatchObject({ spec: { nodeName: 'node-1' } });
  const now = message([1, 0]);
  const eviction = bodyOf('policy/v1', 'Eviction', named('web'), [2, now]);
  expect((await send('POST', `${pods}/web/eviction`, eviction)).status).toBe(201);
  expect((await send('GET', `${pods}/web`)).status).toBe(404);
});
