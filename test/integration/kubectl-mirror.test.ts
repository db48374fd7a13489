import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { configSchema } from '../../functions/resources-presenter/config.ts';
import { startResourcesPresenter } from '../../functions/resources-presenter/start-resources-presenter.ts';
import { eventually } from '../support/eventually.ts';
import { hasKubectl } from '../support/has-kubectl.ts';
import { insertHistory } from '../support/insert-history.ts';
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
  'get pods -n shop',
  'get pods -n shop -o wide',
  'get pods -A -o wide',
  'get pod cart-1 -n shop -o yaml',
  'get po -n shop -l of=cart --show-kind',
  'describe pod cart-1 -n shop',
  'get pods -n shop --field-selector=status.phase=Running -o name',
  'get pods -n shop --field-selector=spec.nodeName=worker-2 -o name',
  'get nodes',
  'get nodes -o wide',
  'get node worker-1 -o yaml',
  'get cakes -n shop',
  'get cakes -n shop -o wide',
  'get ck -A',
  'get cakes.food.example layered -n shop -o yaml',
  'describe cake layered -n shop',
  'get crd cakes.food.example -o name',
  'get crds',
  'get secrets -n shop',
  'get secrets -n shop -o yaml',
  'get secret nothing -n shop --ignore-not-found',
  'get deployments,pods,cakes -n shop',
  'get deploy/cart pod/cart-1 -n shop',
  'get deployments cart checkout -n shop -o wide',
  'get deployments cart nothing -n shop',
  'get namespaces shop',
  'wait --for=jsonpath={.spec.replicas}=2 deployment/cart -n shop --timeout=5s',
  'events -n shop --for deployment/cart',
  'get --raw /apis/apps/v1/namespaces/shop/deployments/nothing',
];
/** Kinds of the category that nobody mirrors are told to be forbidden by the cluster alone. */
const commandsOfAdministrators: readonly string[] = ['get all -n shop', 'get all -A', 'get food -A'];
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
      // A watch may have nothing to say for a while.
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    outgoing.once('close', () => onward.destroy());
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  doors.push(door);
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
}

/** Ages of seconds may tick over between two calls, and with them the width of their column. */
function withoutAges(text: string): string {
  return text.replaceAll(/(?<=\s)\d+[smh](?:\d+[sm])?(?=\s|$)/g, '<age>').replaceAll(/ {2,}/g, '  ');
}

/** Lines of kubectl's own log begin with the time and its process. */
function withoutTimes(text: string): string {
  return text.replaceAll(/^[EIW]\d{4} [\d:.]+ +\d+ /gm, '');
}

type Told = { readonly code: number; readonly stdout: string; readonly stderr: string };

function kubectl(server: string, cache: string, command: string): Promise<Told> {
  const arguments_ = ['--server', server, '--cache-dir', join(folder, cache), ...command.split(' ')];
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], HOME: folder }, timeout: 20_000 };
    execFile('kubectl', arguments_, options, (error, out, err) =>
      resolve({ code: error?.killed === true ? -1 : Number(error?.code ?? 0), stdout: out, stderr: err }),
    );
  });
}

type Stored = {
  metadata: { name: string; uid: string; resourceVersion: string; labels?: Record<string, string> };
};

const create = (path: string, body: object) => write('POST', path, body);
const change = (path: string, patch: object) => write('PATCH', path, patch);
const remove = (path: string) => write('DELETE', path, {});

async function write(method: string, path: string, body: object): Promise<Stored> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const answer = await fetch(`${world?.cluster.url}${path}`, {
    method,
    headers: { authorization: 'Bearer presenter-token', 'content-type': type },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Cannot ${method} ${path}: ${text}, expected it to be done`);
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
  for (const name of ['worker-1', 'worker-2']) await mirrorNode(name);
  for (const [name, node] of [
    ['cart-1', 'worker-1'],
    ['cart-2', 'worker-2'],
  ] as const) {
    await mirrorPod(name, node);
  }
  await mirrorCakes();
  // As a watcher that has listed them and found none.
  await world.database.pool.query(
    `insert into listed_kinds (cluster_name, api_group, api_version, resource) values ('here', '', 'v1', 'secrets')`,
  );
  await mirror(await change('/api/v1/namespaces/shop', {}), {
    api_group: '',
    kind: 'Namespace',
    resource: 'namespaces',
    namespace: '',
  });
  await mirror(await change('/api/v1/namespaces/default/services/kubernetes', {}), {
    api_group: '',
    kind: 'Service',
    resource: 'services',
    namespace: 'default',
  });
});

async function mirrorNode(name: string): Promise<void> {
  const status = {
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'well' }],
    addresses: [{ type: 'InternalIP', address: `10.0.0.${name.at(-1)}` }],
    nodeInfo: {
      architecture: 'amd64',
      bootID: 'boot',
      containerRuntimeVersion: 'containerd://2.0.0',
      kernelVersion: '6.1.0',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.34.0',
      machineID: 'machine',
      operatingSystem: 'linux',
      osImage: 'Some Linux',
      systemUUID: 'system',
    },
  };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  await create('/api/v1/nodes', node);
  const stored = await change(`/api/v1/nodes/${name}/status`, { status });
  await mirror(stored, { api_group: '', kind: 'Node', resource: 'nodes', namespace: '' });
}

async function mirrorPod(name: string, nodeName: string): Promise<void> {
  const containers = [{ name: 'cart', image: 'images.example/cart:1' }];
  const pods = '/api/v1/namespaces/shop/pods';
  await create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { of: 'cart' } },
    spec: { nodeName, containers },
  });
  const containerStatuses = containers.map((container) => ({
    ...container,
    imageID: '',
    ready: true,
    restartCount: 2,
    state: { running: { startedAt: '2026-11-20T10:00:00Z' } },
    lastState: { terminated: { exitCode: 1, finishedAt: '2026-11-20T09:59:59Z', reason: 'Error' } },
  }));
  const status = { phase: 'Running', podIP: '10.1.0.7', podIPs: [{ ip: '10.1.0.7' }], containerStatuses };
  const stored = await change(`${pods}/${name}/status`, { status });
  await mirror(stored, { api_group: '', kind: 'Pod', resource: 'pods' });
}

async function mirrorCakes(): Promise<void> {
  const columns = [
    { name: 'Layers', type: 'integer', jsonPath: '.spec.layers' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Baked', type: 'date', jsonPath: '.spec.baked' },
    { name: 'Taste', type: 'string', jsonPath: '.spec.taste', priority: 1 },
  ];
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'cakes.food.example' },
    spec: {
      group: 'food.example',
      scope: 'Namespaced',
      names: {
        plural: 'cakes',
        singular: 'cake',
        kind: 'Cake',
        listKind: 'CakeList',
        shortNames: ['ck'],
        categories: ['food'],
      },
      versions: [{ name: 'v1', served: true, storage: true, schema, additionalPrinterColumns: columns }],
    },
  };
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await create(definitions, definition);
  const cakes = '/apis/food.example/v1/namespaces/shop/cakes';
  const cake = (name: string, spec: object) => ({
    apiVersion: 'food.example/v1',
    kind: 'Cake',
    metadata: { name },
    spec,
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  await eventually(async () => void (await create(cakes, cake('plain', {}))));
  const made = [
    await change(`${cakes}/plain`, {}),
    await create(cakes, cake('layered', { layers: 3, taste: 'of plums', baked: '2026-01-01T00:00:00Z' })),
  ];
  for (const stored of made) {
    await mirror(stored, { api_group: 'food.example', kind: 'Cake', resource: 'cakes' });
  }
  await mirror(await change(`${definitions}/cakes.food.example`, {}), {
    api_group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    resource: 'customresourcedefinitions',
    namespace: '',
  });
}
afterAll(async () => {
  for (const door of doors) door.close();
  await world?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function compare(
  user: keyof typeof tokens,
  asked: readonly string[],
  leastAnswered: number,
): Promise<void> {
  const { cluster, url } = world as ReadingWorld;
  const [real, mirrored] = [await open(cluster.url, tokens[user]), await open(url, tokens[user])];
  const differing: object[] = [];
  const left = [...asked];
  let answered = 0;
  const work = async (): Promise<void> => {
    for (let command = left.shift(); command !== undefined; command = left.shift()) {
      const there = await kubectl(real, `${user}-cluster`, command);
      const here = await kubectl(mirrored, `${user}-mirror`, command);
      if (here.code === 0 && here.stdout !== '') answered += 1;
      const isSame =
        there.code === here.code &&
        withoutAges(there.stdout) === withoutAges(here.stdout) &&
        withoutTimes(there.stderr) === withoutTimes(here.stderr);
      if (!isSame) differing.push({ command, there, here });
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  expect(differing).toEqual([]);
  // Two servers that refuse everything would be alike, too.
  expect(answered).toBeGreaterThanOrEqual(leastAnswered);
}

/** What kubectl prints until it is told to stop. */
function follow(server: string, command: string): { lines: () => string[]; stop: () => Promise<void> } {
  const child = spawn(
    'kubectl',
    ['--server', server, '--cache-dir', join(folder, 'watches'), ...command.split(' ')],
    { env: { PATH: process.env['PATH'], HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return {
    lines: () =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => withoutAges(line)),
    stop: async () => {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    },
  };
}

type Watch = {
  readonly command: string;
  readonly least: { readonly first: number; readonly changes: number };
  readonly there: ReturnType<typeof follow>;
  readonly here: ReturnType<typeof follow>;
};

async function openWatches(user: keyof typeof tokens): Promise<Watch[]> {
  const { cluster, url } = world as ReadingWorld;
  const [real, mirrored] = [await open(cluster.url, tokens[user]), await open(url, tokens[user])];
  const asked: Readonly<Record<string, Watch['least']>> = {
    'get deployments -n shop -w': { first: 3, changes: 4 },
    'get deployments -n shop -w --output-watch-events -o name': { first: 2, changes: 4 },
    'get deployments -n shop -l app=cart -w --no-headers -o wide': { first: 1, changes: 1 },
    'get deployments cart -n shop -w --no-headers': { first: 1, changes: 1 },
  };
  return Object.entries(asked).map(([command, least]) => ({
    command,
    least,
    there: follow(real, command),
    here: follow(mirrored, command),
  }));
}

/** Changes one object, and lets one come, change and go; in the cluster and as the mirror stores it. */
async function makeChanges(): Promise<void> {
  const deployments = '/apis/apps/v1/namespaces/shop/deployments';
  const versions = [
    await create(deployments, deployment('late', 1, {})),
    await change(`${deployments}/cart`, { spec: { replicas: 3 } }),
    await change(`${deployments}/late`, { metadata: { labels: { last: 'yes' } } }),
  ];
  await remove(`${deployments}/late`);
  const rows = versions.map((raw) => ({
    name: raw.metadata.name,
    uid: raw.metadata.uid,
    resource_version: Number(raw.metadata.resourceVersion),
    raw,
  }));
  const gone = {
    ...rows[2],
    operation: 'deleted' as const,
    resource_version: Number(rows[2]?.resource_version) + 1,
  };
  const { pool } = (world as ReadingWorld).database;
  await insertHistory(pool, [...rows, { name: 'late', ...gone }]);
}

async function watches(): Promise<void> {
  const opened = [...(await openWatches('administrator')), ...(await openWatches('alice'))];
  const untilShown = (leastOf: (least: Watch['least']) => number) =>
    eventually(() => {
      const short = opened.flatMap(({ command, least, there, here }) =>
        [there, here]
          .map((each) => each.lines())
          .filter((lines) => lines.length < leastOf(least))
          .map((lines) => ({ command, lines })),
      );
      expect(short).toEqual([]);
    });
  try {
    await untilShown(({ first }) => first);
    await makeChanges();
    await untilShown(({ first, changes }) => first + changes);
    const shown = (side: 'there' | 'here') => opened.map((watch) => [watch.command, watch[side].lines()]);
    expect(shown('here')).toEqual(shown('there'));
  } finally {
    await Promise.all(opened.flatMap(({ there, here }) => [there.stop(), here.stop()]));
  }
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
    compare('administrator', [...commands, ...commandsOfAdministrators], 64),
  'kubectl tells a user with rights in one namespace the same of both, and refuses with the same exit code':
    () => compare('alice', commands, 20),
  'kubectl get -w prints the same changes of both': watches,
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
