import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBase } from '../support/free-port-base.ts';
import { hasKubectl } from '../support/has-kubectl.ts';
import { type ReceivedFrame, readFrames } from '../support/read-stream.ts';
import { type RunningMachine, startMachine } from '../support/running-machine.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Everything runs on two cores beside other tests; the road itself takes milliseconds.
const arrival = { timeout: 30_000, interval: 100 };

let dataDir: string;
let portBase: number;
let machine: RunningMachine;

beforeAll(async () => {
  dataDir = temporaryFolder('e2e');
  portBase = await freePortBase();
  machine = await startMachine({ dataDir, portBase, args: ['--demo'] });
}, 180_000);

afterAll(async () => {
  await machine.interrupt();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('npm start', () => {
  it('shows a Deployment that somebody creates in the list, and no longer once it is deleted', async () => {
    expect(await send('POST', deploymentsPath, newDeployment('e2e-hello'))).toBe(201);
    await expect.poll(() => deploymentNames('admin'), arrival).toContain('e2e-hello');
    expect(await send('DELETE', `${deploymentsPath}/e2e-hello`)).toBe(200);
    await expect.poll(() => deploymentNames('admin'), arrival).not.toContain('e2e-hello');
  });

  it('gives one object by its global uid, with its raw form', async () => {
    await expect.poll(() => deploymentNames('admin'), arrival).not.toEqual([]);
    const [first] = await deployments('admin');
    const answer = await get(
      'resources-presenter',
      `/resources/${first?.global_uid}`,
      machine.tokens['admin'],
    );
    expect(answer.status).toBe(200);
    const { items } = (await answer.json()) as { items: { raw: { metadata: { name: string } } }[] };
    expect(items[0]?.raw.metadata.name).toBe(first?.name);
  });

  it('brings an event to an open stream of whoever may see it, and to nobody else', async () => {
    const ending = new AbortController();
    const seen: Record<string, string[]> = { alice: [], bob: [] };
    const readers = Object.entries(seen).map(([user, messages]) => follow(user, messages, ending.signal));
    // A stream starts at now: what follows must come after both are open.
    await expect.poll(() => marks(seen), arrival).toEqual([true, true]);
    await createEvent('shop', 'for-alice', 'only in shop');
    await expect.poll(() => seen['alice'], arrival).toContain('only in shop');
    await createEvent('payments', 'for-bob', 'only in payments');
    await expect.poll(() => seen['bob'], arrival).toContain('only in payments');
    expect(seen['bob']).not.toContain('only in shop');
    expect(seen['alice']).not.toContain('only in payments');
    ending.abort();
    await Promise.allSettled(readers);
  });

  it('answers 401 without a token and 400 with the name of what is missing', async () => {
    const query = '/resources?group=apps&resource=deployments';
    expect((await get('resources-presenter', query, undefined)).status).toBe(401);
    expect((await get('resources-presenter', query, `${machine.tokens['admin']}x`)).status).toBe(401);
    const missing = await get('resources-presenter', '/resources', machine.tokens['admin']);
    expect(missing.status).toBe(400);
    expect(await missing.text()).toContain('group');
  });

  it('writes tokens that only their owner can read, and no token into a log', () => {
    const tokens = Object.values(machine.tokens);
    expect(tokens.length).toBeGreaterThan(1);
    for (const log of readdirSync(join(dataDir, 'logs'))) {
      const text = readFileSync(join(dataDir, 'logs', log), 'utf8');
      for (const token of tokens) expect(text.includes(token), log).toBe(false);
      expect(text.includes(new URL(machine.database).password), log).toBe(false);
    }
  });

  it('lets kubectl read the mirror, by the commands of the README', async () => {
    const commands = readFileSync('README.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('kubectl '));
    expect(commands.length).toBeGreaterThan(5);
    expect(existsSync(machine.mirrorKubeconfig)).toBe(true);
    await expect.poll(() => deploymentNames('admin'), arrival).toContain('storefront');
    // A machine with only Node has no kubectl to run them with.
    expect(hasKubectl() ? commands.flatMap(surprisesOf) : []).toEqual([]);
  }, 60_000);

  it('leaves no process after Ctrl-C, and finds its data again', async () => {
    const before = await deployments('admin');
    expect(await machine.interrupt()).toBe(0);
    expect(processesOf(dataDir, portBase)).toEqual([]);
    machine = await startMachine({ dataDir, portBase, args: ['--demo'] });
    const uids = (await deployments('admin')).map((item) => item.global_uid);
    expect(uids).toEqual(expect.arrayContaining(before.slice(0, 1).map((item) => item.global_uid)));
  }, 180_000);
});

/** What some of the README's commands must print. */
const printed: Readonly<Record<string, string>> = {
  ' --list ': 'deployments.apps',
  ' describe ': 'Name:                   storefront',
  '/at/': 'No resources found',
};

/** Runs a command of the README against this machine; everything that it printed, where that is not as it should be. */
function surprisesOf(command: string): object[] {
  const here = command
    .replace('.kubemirror/mirror-kubeconfig', machine.mirrorKubeconfig)
    .replace('https://127.0.0.1:18080', machine.mirrorUrl);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', here], {
    env: { PATH: process.env['PATH'], HOME: dataDir },
    encoding: 'utf8',
  });
  const expected = Object.entries(printed).find(([mark]) => command.includes(mark))?.[1] ?? '';
  return status === 0 && `${stdout}${stderr}`.includes(expected) ? [] : [{ command, status, stdout, stderr }];
}

const deploymentsPath = '/apis/apps/v1/namespaces/shop/deployments';

function newDeployment(name: string): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'hello:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template },
  };
}

async function send(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<number> {
  const { status } = await machine.request({ method, path, ...(body === undefined ? {} : { body }) });
  return status;
}

type Item = { readonly name: string; readonly namespace: string; readonly global_uid: string };

async function deployments(user: string): Promise<Item[]> {
  const query = '/resources?group=apps&resource=deployments&namespace=*&limit=1000';
  const answer = await get('resources-presenter', query, machine.tokens[user]);
  return ((await answer.json()) as { items: Item[] }).items;
}

async function deploymentNames(user: string): Promise<string[]> {
  return (await deployments(user)).map((item) => item.name);
}

async function get(name: string, path: string, token: string | undefined): Promise<Response> {
  return fetch(`${machine.urls[name]}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

async function follow(user: string, messages: string[], signal: AbortSignal): Promise<void> {
  const url = `${machine.urls['events-presenter']}/notifications`;
  const stream = readFrames(url, { token: machine.tokens[user] ?? '', signal });
  for await (const frame of stream) messages.push(messageOf(frame));
}

const messageOf = (frame: ReceivedFrame) => (JSON.parse(frame.data) as { message?: string }).message ?? '';

/** Creates events for both users until each stream has shown that it is open. */
async function marks(seen: Record<string, string[]>): Promise<boolean[]> {
  const mark = String(Math.random()).slice(2);
  await createEvent('shop', `mark-${mark}`, 'mark');
  await createEvent('payments', `mark-${mark}`, 'mark');
  return Object.values(seen).map((messages) => messages.includes('mark'));
}

async function createEvent(namespace: string, name: string, message: string): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name: 'none' },
    reason: 'Testing',
    message,
    type: 'Normal',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    source: { component: 'e2e' },
  };
  expect(await send('POST', `/api/v1/namespaces/${namespace}/events`, event)).toBe(201);
}

/** Command lines that name the folder or a port of this machine; a slim container has /proc and no ps. */
function processesOf(folder: string, base: number): string[] {
  return commandLines().filter((line) => line.includes(folder) || line.includes(`--port ${base + 20}`));
}

function commandLines(): string[] {
  if (!existsSync('/proc/self/cmdline'))
    return execFileSync('ps', ['-axo', 'args='], { encoding: 'utf8' }).split('\n');
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      // It ended between the two looks.
      return '';
    }
  });
}
