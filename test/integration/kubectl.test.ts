import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { conformanceTokens } from '../../lib/local/cluster/conformance-tokens.ts';
import { type DevelopmentCluster, startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { eventually } from '../support/eventually.ts';
import { hasKubectl } from '../support/has-kubectl.ts';

const run = promisify(execFile);

let cluster: DevelopmentCluster | undefined;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubemirror-kubectl-'));
  cluster = await startCluster({ tokens: conformanceTokens, tls: true });
  for (const user of ['admin', 'alice']) {
    writeFileSync(join(folder, user), cluster.kubeconfig(user), { mode: 0o600 });
  }
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs kubectl as the administrator; its answers are remembered per folder, like a user's. */
async function kubectl(...arguments_: string[]): Promise<string> {
  const { stdout } = await run('kubectl', ['--kubeconfig', join(folder, 'admin'), ...arguments_], {
    env: { ...process.env, HOME: folder },
  });
  return stdout;
}

function manifest(replicas: number): string {
  const file = join(folder, `web-${replicas}.yaml`);
  writeFileSync(
    file,
    `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: default
spec:
  replicas: ${replicas}
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example/web:1
`,
  );
  return file;
}

const cases: Readonly<Record<string, () => Promise<void>>> = {
  'creates, gets, describes, scales and deletes what it encodes itself': async () => {
    await kubectl('create', 'namespace', 'shop');
    await kubectl('-n', 'shop', 'create', 'configmap', 'settings', '--from-literal=colour=blue');
    await kubectl('-n', 'shop', 'create', 'deployment', 'checkout', '--image=registry.example/checkout:1');
    await kubectl('-n', 'shop', 'scale', 'deployment', 'checkout', '--replicas=3');
    expect(await kubectl('-n', 'shop', 'get', 'deployments')).toMatch(/^checkout +0\/3 /m);
    expect(await kubectl('-n', 'shop', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.colour}')).toBe(
      'blue',
    );
    expect(await kubectl('-n', 'shop', 'describe', 'deployment', 'checkout')).toMatch(/Replicas: +3 desired/);
    await kubectl('delete', 'namespace', 'shop');
    expect(await kubectl('get', 'namespaces', '-o', 'name')).not.toContain('shop');
  },

  'applies on the client and on the server, patches, and shows what would change': async () => {
    expect(await kubectl('apply', '-f', manifest(1))).toBe('deployment.apps/web created\n');
    expect(await kubectl('apply', '-f', manifest(1))).toBe('deployment.apps/web unchanged\n');
    expect(await kubectl('apply', '-f', manifest(2))).toBe('deployment.apps/web configured\n');
    expect(await kubectl('apply', '--server-side', '-f', manifest(2))).toBe(
      'deployment.apps/web serverside-applied\n',
    );
    await kubectl('patch', 'deployment', 'web', '-p', '{"spec":{"replicas":5}}');
    await expect(kubectl('apply', '--server-side', '-f', manifest(2))).rejects.toThrow(
      /conflict with "kubectl-patch" using apps\/v1/,
    );
    expect(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}')).toBe('5');
    expect(await kubectl('delete', '-f', manifest(2))).toMatch(/deployment.apps "web" deleted/);
  },

  'refuses a manifest with a misspelt field and names it': async () => {
    const file = join(folder, 'misspelt.yaml');
    writeFileSync(
      file,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: default}\ndta: {}\n',
    );
    await expect(kubectl('apply', '-f', file)).rejects.toThrow(/unknown field "dta"/);
  },

  'knows the resources, a kind that was just defined, and explains fields': async () => {
    const file = join(folder, 'crd.yaml');
    writeFileSync(
      file,
      `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.light.example.com}
spec:
  group: light.example.com
  scope: Namespaced
  names: {plural: lamps, singular: lamp, kind: Lamp, shortNames: [lp]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns:
    - {name: Watts, type: integer, jsonPath: .spec.watts}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              watts: {type: integer, maximum: 100}
`,
    );
    await kubectl('apply', '-f', file);
    await kubectl('wait', '--for=condition=Established', 'crd/lamps.light.example.com');
    expect(await kubectl('api-resources', '--api-group=light.example.com')).toMatch(/^lamps +lp +light/m);
    const lamp = (watts: number) => {
      const path = join(folder, `lamp-${watts}.yaml`);
      writeFileSync(
        path,
        `apiVersion: light.example.com/v1\nkind: Lamp\nmetadata: {name: desk}\nspec: {watts: ${watts}}\n`,
      );
      return path;
    };
    await kubectl('apply', '-f', lamp(40));
    expect(await kubectl('get', 'lp')).toMatch(/^NAME +WATTS\ndesk +40\n$/);
    await expect(kubectl('apply', '-f', lamp(400))).rejects.toThrow(/should be less than or equal to 100/);
    expect(await kubectl('explain', 'lamps.spec')).toContain('watts\t<integer>');
    expect(await kubectl('explain', 'deployment.spec.strategy')).toContain(
      'rollingUpdate\t<RollingUpdateDeployment>',
    );
  },

  'asks for rights, its own and those of others': async () => {
    await kubectl('create', 'role', 'reader', '--verb=get,list', '--resource=configmaps');
    await kubectl('create', 'rolebinding', 'alice', '--role=reader', '--user=alice');
    expect(await kubectl('auth', 'can-i', 'delete', 'nodes')).toBe('yes\n');
    expect(await kubectl('auth', 'can-i', 'list', 'configmaps', '--as', 'alice')).toBe('yes\n');
    await expect(kubectl('auth', 'can-i', 'list', 'secrets', '--as', 'alice')).rejects.toThrow(
      'Command failed',
    );
    expect(await kubectl('auth', 'can-i', '--list', '--as', 'alice')).toMatch(/^configmaps .*\[get list\]/m);
    const asAlice = run('kubectl', ['--kubeconfig', join(folder, 'alice'), 'get', 'secrets'], {
      env: { ...process.env, HOME: folder },
    });
    await expect(asAlice).rejects.toThrow(/User "alice" cannot list resource "secrets"/);
  },

  watches: async () => {
    const watching = spawn(
      'kubectl',
      ['--kubeconfig', join(folder, 'admin'), 'get', 'configmaps', '-l', 'watched=yes', '-w', '-o', 'name'],
      { env: { ...process.env, HOME: folder } },
    );
    let seen = '';
    watching.stdout.on('data', (chunk: Buffer) => {
      seen += String(chunk);
    });
    try {
      await eventually(async () => {
        await kubectl('create', 'configmap', 'watched', '--from-literal=a=1').catch(() => undefined);
        await kubectl('label', 'configmap', 'watched', 'watched=yes', '--overwrite');
        expect(seen).toContain('configmap/watched');
      });
    } finally {
      watching.kill();
    }
  },
};

const without: typeof cases = {
  'there is no kubectl on the path, so whether people can use the double with it stays unknown': async () =>
    expect(hasKubectl()).toBe(false),
};

test.each(Object.entries(hasKubectl() ? cases : without))('%s', async (_name, run) => {
  await expect(run()).resolves.toBeUndefined();
});
