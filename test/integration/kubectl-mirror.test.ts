import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { configSchema } from '../../functions/resources-presenter/config.ts';
import { startResourcesPresenter } from '../../functions/resources-presenter/start-resources-presenter.ts';
import { hasKubectl } from '../support/has-kubectl.ts';
import { insertResources } from '../support/insert-resources.ts';
import { type ReadingWorld, startReadingWorld } from '../support/reading-world.ts';

/** Each is run by both users against the cluster and against the mirror. */
const commands: readonly string[] = [
  'get deployments -n shop',
  'get deployments -n shop -o wide',
  'get deployments -n shop --show-labels',
  'get deployments -n shop -L app',
  'get deployments -A',
  'get configmaps -n shop',
  'get deployments -n shop -o name',
  'get deployments -n shop -o yaml',
  'get deployments -n shop -o json',
  'get deployment cart -n shop -o yaml',
  'get deployment cart -n shop -o json',
  'get deployments -A -o name',
  'get deploy/cart -n shop -o name',
  'get deployments.apps -n shop -o name',
  'get deployments -n shop --no-headers -o custom-columns=N:.metadata.name,R:.spec.replicas',
  'get deployments -n shop -o custom-columns=NAME:.metadata.name,IMAGE:.spec.template.spec.containers[0].image',
  'get deployments -n shop -o jsonpath={.items[*].metadata.name}',
  'get deployments -n shop -o go-template={{range.items}}{{.metadata.name}}{{end}}',
  'get deployments -n shop --sort-by=.metadata.name -o name',
  'get deployments -n shop --sort-by=.spec.replicas -o name',
  'get deployments -n shop -l app=cart -o name',
  'get deployments -n shop -l app!=cart -o name',
  'get deployments -n shop -l !app -o name',
  'get deployments -n shop --field-selector=metadata.name=checkout -o name',
  'get deployments -n shop --chunk-size=1 -o name',
  'get deployments -n shop --show-labels --no-headers -o name',
  'get deployment nothing -n shop',
  'get configmaps -n shop -o name',
  'get configmap settings -n shop -o yaml',
  'get configmap settings -n shop -o jsonpath={.data.colour}',
  'get cm -n shop -o json',
  'get cm,deploy -n shop -o name',
  'get configmaps -A -o name',
  'describe configmap settings -n shop',
  'auth can-i get deployments -n shop',
  'auth can-i list configmaps -n shop',
  'auth can-i list deployments -A',
  'get unicorns -n shop',
  'get deployments -n bank',
  'get deployments -n bank -o yaml',
  'get events -n shop',
  'events -n shop',
  'get events.events.k8s.io -n shop',
  'describe deployment cart -n shop',
  'get deployments -n shop --chunk-size=1',
  'auth whoami',
];
const tokens = { administrator: 'presenter-token', alice: 'opaque-alice' } as const;

let world: ReadingWorld | undefined;
const folder = mkdtempSync(join(tmpdir(), 'kubemirror-kubectl-mirror-'));
const doors: Server[] = [];

/** kubectl sends no token over plain HTTP, so a door before each server adds it. */
async function open(target: string, token: string): Promise<string> {
  const door = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
    const onward = request(`${target}${incoming.url}`, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', (error) => outgoing.destroy(error));
    incoming.pipe(onward);
  });
  doors.push(door);
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
}

/** Ages of seconds may tick over between two calls, and with them the width of their column. */
function withoutAges(text: string): string {
  return text.replaceAll(/(?<= )\d+s\b/g, '<age>').replaceAll(/ {2,}/g, '  ');
}

type Told = { readonly code: number; readonly stdout: string; readonly stderr: string };

function kubectl(server: string, cache: string, command: string): Promise<Told> {
  const arguments_ = ['--server', server, '--cache-dir', join(folder, cache), ...command.split(' ')];
  return new Promise((resolve) => {
    execFile('kubectl', arguments_, { env: { PATH: process.env['PATH'], HOME: folder } }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), stdout: out, stderr: err }),
    );
  });
}

type Stored = {
  metadata: { name: string; uid: string; resourceVersion: string; labels?: Record<string, string> };
};

async function create(path: string, body: object): Promise<Stored> {
  const answer = await fetch(`${world?.cluster.url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer presenter-token', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Cannot create ${path}: ${text}, expected it to be created`);
  return JSON.parse(text) as Stored;
}

function deployment(name: string, replicas: number, labels: Record<string, string>) {
  const template = {
    metadata: { labels: { of: name } },
    spec: { containers: [{ name, image: `images.example/${name}:1` }] },
  };
  const spec = { replicas, selector: { matchLabels: { of: name } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels }, spec };
}

async function mirror(stored: Stored, kind: object): Promise<void> {
  const { name, uid, resourceVersion, labels = {} } = stored.metadata;
  const versions = { resource_version: resourceVersion, resource_version_text: resourceVersion };
  const row = { name, uid, labels, raw: stored, ...versions, ...kind };
  if (world !== undefined) await insertResources(world.database.pool, [row]);
}

beforeAll(async () => {
  world = await startReadingWorld({ schema: configSchema, start: startResourcesPresenter });
  const rules = [{ verbs: ['get', 'list', 'watch'], apiGroups: ['apps'], resources: ['deployments'] }];
  await world.grant('alice', rules, 'shop');
  const apps = '/apis/apps/v1/namespaces/shop/deployments';
  await mirror(await create(apps, deployment('cart', 2, { app: 'cart' })), {});
  await mirror(await create(apps, deployment('checkout', 1, {})), {});
  const settings = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { colour: 'blue' },
  };
  await mirror(await create('/api/v1/namespaces/shop/configmaps', settings), {
    api_group: '',
    kind: 'ConfigMap',
    resource: 'configmaps',
  });
});
afterAll(async () => {
  for (const door of doors) door.close();
  await world?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function compare(user: keyof typeof tokens, leastAnswered: number): Promise<void> {
  const { cluster, url } = world as ReadingWorld;
  const [real, mirrored] = [await open(cluster.url, tokens[user]), await open(url, tokens[user])];
  const differing: object[] = [];
  const left = [...commands];
  let answered = 0;
  const work = async (): Promise<void> => {
    for (let command = left.shift(); command !== undefined; command = left.shift()) {
      const there = await kubectl(real, `${user}-cluster`, command);
      const here = await kubectl(mirrored, `${user}-mirror`, command);
      if (here.code === 0 && here.stdout !== '') answered += 1;
      if (there.code !== here.code || withoutAges(there.stdout) !== withoutAges(here.stdout))
        differing.push({ command, there, here });
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  expect(differing).toEqual([]);
  // Two servers that refuse everything would be alike, too.
  expect(answered).toBeGreaterThanOrEqual(leastAnswered);
}

async function refusesWrites(): Promise<void> {
  const server = await open((world as ReadingWorld).url, tokens.administrator);
  const told = await kubectl(server, 'writes', 'auth can-i delete deployments -n shop');
  expect(told.code).toBe(1);
  expect(told.stdout).toMatch(/^no - only get, list and watch/);
}

async function lacksKubectl(): Promise<void> {
  expect(hasKubectl()).toBe(false);
}

const cases: Readonly<Record<string, () => Promise<void>>> = {
  'kubectl tells an administrator the same of the mirror as of the cluster': () =>
    compare('administrator', 37),
  'kubectl tells a user with rights in one namespace the same of both, and refuses with the same exit code':
    () => compare('alice', 20),
  'the one answer that differs on purpose: nobody may write to the mirror': refusesWrites,
};
const without: typeof cases = {
  'there is no kubectl on the path, so whether the mirror answers it like the cluster stays unknown':
    lacksKubectl,
};

test.each(Object.entries(hasKubectl() ? cases : without))(
  '%s',
  async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  },
  60_000,
);
