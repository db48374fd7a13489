import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { hasKubectl } from '../../../../test/support/has-kubectl.ts';
import { conformanceTokens } from '../conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from '../start-cluster.ts';

type Json = { readonly [name: string]: unknown };
type Created = Json & {
  readonly metadata: { readonly name: string; readonly uid: string };
};

const run = promisify(execFile);
let folder = '';
/** Gets what kubectl encodes itself; it sends tokens over TLS only. */
let cluster: DevelopmentCluster | undefined;
/** Gets the same objects as JSON. */
let twin: DevelopmentCluster | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubemirror-kubectl-create-'));
  cluster = await startCluster({ tokens: conformanceTokens, tls: true });
  twin = await startCluster({ tokens: conformanceTokens });
  writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig('admin'), { mode: 0o600 });
  writeFileSync(join(folder, 'logo.bin'), Buffer.from([0, 255, 16, 128]));
});
afterAll(async () => {
  await cluster?.stop();
  await twin?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function kubectl(...arguments_: readonly string[]): Promise<string> {
  const { stdout } = await run('kubectl', ['--kubeconfig', join(folder, 'kubeconfig'), ...arguments_], {
    cwd: folder,
    env: { ...process.env, HOME: folder },
  });
  return stdout;
}

async function createInTwin(path: string, manifest: string, manager: string): Promise<Created> {
  const answer = await fetch(`${twin?.url}${path}?fieldManager=${manager}&fieldValidation=Strict`, {
    method: 'POST',
    headers: { authorization: 'Bearer admin-token', 'content-type': 'application/json' },
    body: manifest,
  });
  const body = (await answer.json()) as Created;
  if (answer.status === 201) return body;
  throw new Error(`Cannot create the same as JSON: ${answer.status} ${JSON.stringify(body)}`);
}

/** What no two servers have in common is told apart by its name only. */
function comparable(object: Created): unknown {
  const text = JSON.stringify(object).replaceAll(object.metadata.uid, '<uid>');
  return JSON.parse(text, (name, value: unknown) => {
    if (['resourceVersion', 'creationTimestamp', 'time'].includes(name)) return `<${name}>`;
    if (name === 'clusterIP' && value !== 'None') return '<address>';
    return name === 'clusterIPs' && Array.isArray(value) ? value.length : value;
  });
}

const core = '/api/v1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** What kubectl creates with its typed clients, and where the objects are. */
const commands: readonly (readonly [path: string, ...command: string[]])[] = [
  ['/api/v1/namespaces', 'create', 'namespace', 'shop'],
  [`${core}/configmaps`, 'create', 'configmap', 'c', '--from-literal=a=b', '--from-file=logo.bin'],
  [`${core}/secrets`, 'create', 'secret', 'generic', 's', '--from-literal=a=b', '--from-file=logo.bin'],
  [
    `${core}/secrets`,
    ...['create', 'secret', 'docker-registry', 'pull', '--docker-username=u', '--docker-password=p'],
    '--docker-server=images.example.com',
  ],
  [`${core}/serviceaccounts`, 'create', 'serviceaccount', 'robot'],
  [`${core}/services`, 'create', 'service', 'clusterip', 'inner', '--tcp=80:8080', '--tcp=443'],
  [`${core}/services`, 'create', 'service', 'clusterip', 'headless', '--clusterip=None'],
  [`${core}/services`, 'create', 'service', 'nodeport', 'port', '--tcp=80:web', '--node-port=30123'],
  [`${core}/services`, 'create', 'service', 'externalname', 'outer', '--external-name=example.com'],
  [
    `${core}/resourcequotas`,
    'create',
    'quota',
    'q',
    '--hard=cpu=1500m,memory=2Gi,pods=5',
    '--scopes=BestEffort',
  ],
  [
    `${core}/pods`,
    ...['run', 'one', '--image=one:1', '--port=80', '--env=A=b', '--labels=app=one', '--restart=Never'],
    ...['--command', '--', 'sh', '-c', 'true'],
  ],
  [
    '/apis/apps/v1/namespaces/default/deployments',
    ...['create', 'deployment', 'web', '--image=web:1', '--image=proxy:2', '--replicas=0', '--port=80'],
  ],
  ['/apis/batch/v1/namespaces/default/jobs', 'create', 'job', 'once', '--image=job:1', '--', 'date'],
  [
    '/apis/batch/v1/namespaces/default/cronjobs',
    ...['create', 'cronjob', 'daily', '--image=job:1', '--schedule=0 3 * * *', '--restart=Never'],
  ],
  [
    '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
    ...['create', 'ingress', 'web', '--class=plain', '--annotation=a=b', '--default-backend=web:http'],
    ...['--rule=example.com/shop*=web:80,tls=cert', '--rule=example.org/=web:http'],
  ],
  [
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    ...['create', 'pdb', 'some', '--selector=app=web,tier in (a,b)', '--min-available=50%'],
  ],
  [
    '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    ...['create', 'pdb', 'few', '--selector=app=web', '--max-unavailable=1'],
  ],
  [
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    ...['create', 'priorityclass', 'low', '--value=-7', '--preemption-policy=Never', '--description=text'],
  ],
  [
    `${rbac}/namespaces/default/roles`,
    ...['create', 'role', 'reader', '--verb=get,list', '--resource=pods,deployments.apps'],
    '--resource-name=web',
  ],
  [
    `${rbac}/namespaces/default/rolebindings`,
    ...['create', 'rolebinding', 'readers', '--role=reader', '--user=u', '--group=g'],
    '--serviceaccount=default:robot',
  ],
  [`${rbac}/clusterroles`, 'create', 'clusterrole', 'health', '--verb=get', '--non-resource-url=/healthz'],
  [`${rbac}/clusterroles`, 'create', 'clusterrole', 'sum', '--aggregation-rule=part=yes'],
  [`${rbac}/clusterrolebindings`, 'create', 'clusterrolebinding', 'all', '--clusterrole=view', '--group=g'],
];

async function isTheSameAsJson(path: string, command: readonly string[]): Promise<void> {
  // Options go before the command that a container is to run.
  const end = command.includes('--') ? command.indexOf('--') : command.length;
  const withOptions = (...options: string[]) => [...command.slice(0, end), ...options, ...command.slice(end)];
  const manifest = await kubectl(...withOptions('--dry-run=client', '-o', 'json'));
  const { metadata } = JSON.parse(manifest) as Created;
  await kubectl(...command);
  const created = JSON.parse(await kubectl('get', '--raw', `${path}/${metadata.name}`)) as Created;
  const inTwin = await createInTwin(path, manifest, `kubectl-${command[0]}`);
  expect(comparable(created)).toEqual(comparable(inTwin));
}

async function issuesTokens(): Promise<void> {
  await kubectl('create', 'serviceaccount', 'caller');
  const token = await kubectl('create', 'token', 'caller', '--audience=shop', '--duration=2h');
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const claims = JSON.parse(payload) as { sub: string; aud: string[]; iat: number; exp: number };
  expect(claims).toMatchObject({ sub: 'system:serviceaccount:default:caller', aud: ['shop'] });
  expect(claims.exp - claims.iat).toBe(7_200);
}

async function answersReviews(): Promise<void> {
  await kubectl('create', 'clusterrole', 'lister', '--verb=list', '--resource=nodes');
  await kubectl('create', 'clusterrolebinding', 'lister', '--clusterrole=lister', '--user=lena');
  expect(await kubectl('auth', 'can-i', 'list', 'nodes', '--as=lena')).toBe('yes\n');
  await expect(kubectl('auth', 'can-i', 'delete', 'nodes', '--as=lena')).rejects.toMatchObject({
    stdout: 'no\n',
  });
  expect(await kubectl('auth', 'can-i', '--list', '--as=lena')).toMatch(/^nodes .*\[list\]$/m);
}

async function drainsNodes(): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } };
  writeFileSync(join(folder, 'node.json'), JSON.stringify(node));
  await kubectl('create', '-f', 'node.json');
  for (const how of ['--disable-eviction=false', '--disable-eviction']) {
    await kubectl('run', 'guest', '--image=guest:1', '--overrides={"spec":{"nodeName":"n"}}');
    expect(await kubectl('drain', 'n', '--force', '--grace-period=0', how)).toContain('node/n drained');
    expect(await kubectl('get', 'pods', '-o', 'name', '-l', 'run=guest')).toBe('');
  }
}

const cases: Readonly<Record<string, () => Promise<void>>> = {
  ...Object.fromEntries(
    commands.map(([path, ...command]) => [
      `kubectl ${command.slice(0, 4).join(' ')} creates what its JSON would create`,
      () => isTheSameAsJson(path, command),
    ]),
  ),
  'kubectl create token asks for an audience and a duration': issuesTokens,
  'kubectl auth can-i is answered, for one right and for all': answersReviews,
  'kubectl drain evicts pods, and deletes them where it is told so': drainsNodes,
};

const without: typeof cases = {
  'there is no kubectl on the path to try': () => Promise.resolve(expect(hasKubectl()).toBe(false)),
};

test.each(Object.entries(hasKubectl() ? cases : without))('%s', async (_name, check) => {
  await expect(check()).resolves.toBeUndefined();
});
