import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { conformanceTokens } from '../../lib/local/cluster/conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { compareValues } from '../support/conformance/compare-values.ts';
import { readRecording, type Step } from '../support/conformance/recording.ts';
import { replay } from '../support/conformance/replay.ts';

let cluster: DevelopmentCluster;
let folder = '';
beforeAll(async () => {
  cluster = await startCluster({ tokens: conformanceTokens, controllers: 'api-server' });
  folder = mkdtempSync(join(tmpdir(), 'kubemirror-recording-'));
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function differences(steps: readonly Step[]): Promise<readonly string[][]> {
  const found: string[][] = [];
  for await (const { differences: step } of replay(steps, cluster.url)) {
    found.push(step.map(({ path }) => path));
  }
  return found;
}

const maps = '/api/v1/namespaces/default/configmaps';
const created = (name: string, extra: object = {}) => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: {
    name,
    namespace: 'default',
    uid: '<uid>',
    resourceVersion: '<rv>',
    creationTimestamp: '<time>',
    ...extra,
  },
});

test('a step agrees when the answer does, with captured values and placeholders', async () => {
  const steps: readonly Step[] = [
    {
      name: 'create',
      group: 'objects',
      request: { method: 'POST', path: maps, body: { metadata: { name: 'a' } } },
      capture: { version: 'metadata.resourceVersion' },
      response: { status: 201, contentType: 'application/json', body: created('a') },
    },
    {
      name: 'watch from there',
      group: 'watch',
      request: {
        method: 'GET',
        path: `${maps}?watch=true&resourceVersion=\${version}&timeoutSeconds=1`,
        headers: { Authorization: 'Bearer admin-token' },
      },
      watch: { seconds: 3 },
      response: { status: 200, ended: true, lines: [] },
    },
    {
      name: 'nobody',
      group: 'auth',
      request: { method: 'GET', path: maps, headers: { Authorization: null } },
      response: { status: 403 },
    },
  ];
  expect(await differences(steps)).toEqual([[], [], []]);
});

test('a step differs in status, content type, header, missing and additional field', async () => {
  const get = { method: 'GET', path: `${maps}/a` };
  const step = (response: Step['response']): Step => ({
    name: 'x',
    group: 'objects',
    request: get,
    response,
  });
  expect(
    await differences([
      step({ status: 404 }),
      step({ status: 200, contentType: 'application/yaml' }),
      step({ status: 200, headers: { Warning: '299 - "old"' } }),
      step({ status: 200, body: created('a', { generation: 1 }) }),
      step({ status: 200, body: { ...created('a'), metadata: { name: 'a' } } }),
    ]),
  ).toEqual([
    ['status'],
    ['contentType'],
    ['headers.Warning'],
    ['body.metadata.generation'],
    ['namespace', 'uid', 'resourceVersion', 'creationTimestamp'].map((name) => `body.metadata.${name}`),
  ]);
});

test.each<[recorded: unknown, observed: unknown, same: boolean]>([
  ['<rv>', '12', true],
  ['<rv>', '', false],
  ['<time>', '2026-01-01T00:00:00.123456Z', true],
  ['<time>', 'yesterday', false],
  ['too old resource version: 1 (<n>)', 'too old resource version: 1 (42)', true],
  ['3s', '323d', true],
  ['3s', 'old', false],
  [['a', 'b'], ['b', 'a'], false],
  [null, undefined, false],
  [{ generateName: 'g-', name: 'g-4fhpc' }, { generateName: 'g-', name: 'g-bcdfg' }, true],
  [{ generateName: 'g-', name: 'g-4fhpc' }, { generateName: 'g-', name: 'g-AEIOU' }, false],
])('recorded %j and observed %j: %s', (recorded, observed, same) => {
  expect(compareValues(recorded, observed).length === 0).toBe(same);
});

test('a recording with a broken line says which', async () => {
  const file = join(folder, 'broken.jsonl');
  writeFileSync(file, '{"name":"a"}\n{"name":\n');
  await expect(readRecording(file)).rejects.toThrow('line 2 is no JSON');
});
