import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseManagedGroups } from '../../functions/resources-watcher/parse-managed-groups.ts';
import { parseStaticKinds } from '../../functions/resources-watcher/parse-static-kinds.ts';
import { parseDurationMs } from '../../lib/core/duration.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { formatSource } from '../../lib/core/resource-subject.ts';
import { selectBrokerManifests } from '../../lib/local/broker/broker-manifests.ts';
import { readManifests } from '../../lib/local/broker/read-manifests.ts';
import { configurations } from '../support/configuration-table.ts';
import { type KubernetesManifest, type Manifest, readKnative } from '../support/read-knative.ts';
import { mentionedTypes } from '../support/type-mentions.ts';

const manifests = readKnative();
const ofKind = (kind: string, apiVersion?: string) =>
  manifests.filter(
    ({ object }) => object.kind === kind && (apiVersion === undefined || object.apiVersion === apiVersion),
  );
const serving = 'serving.knative.dev/v1';
const workloads = [...ofKind('Service', serving), ...ofKind('Deployment')];

/** SinkBinding puts these into a Deployment's containers. */
const injected = ['K_SINK', 'K_CE_OVERRIDES', 'K_CA_CERTS'];

type Container = {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: { readonly requests: Resources; readonly limits: Resources };
  readonly securityContext: Record<string, unknown>;
};
type PodTemplate = {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly terminationGracePeriodSeconds?: number;
    readonly timeoutSeconds?: number;
    readonly containerConcurrency?: number;
  };
};
type Probe = { readonly httpGet: { readonly path: string; readonly port?: string } };
type Resources = { readonly cpu: string; readonly memory: string };

function containerOf(object: KubernetesManifest): Container {
  const spec = object.spec as { template: { spec: { containers: [Container] } } };
  return spec.template.spec.containers[0];
}

/** Every value below `key`, however deep. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => (name === key ? [member] : valuesOf(member, key)));
}

describe('the manifests', () => {
  it('are there', () => {
    expect(workloads.length).toBeGreaterThanOrEqual(7);
  });

  it.each(manifests)('$file holds one object', ({ documents, object }) => {
    expect(documents).toBe(1);
    expect(object.metadata.name).toMatch(/^[a-z0-9.-]+$/);
  });

  // A definition's name is that of its resource.
  it.each(
    manifests.filter(({ folder, object }) => folder !== 'base' && object.kind !== 'CustomResourceDefinition'),
  )('$file is named after its function', ({ folder, object }) => {
    const name = object.metadata.name.replace(/^kubemirror-/, '');
    expect(name === folder || name.startsWith(`${folder}-`)).toBe(true);
    expect(object.metadata.labels?.['app.kubernetes.io/name'] ?? folder).toBe(folder);
    const isClusterScoped = object.kind.startsWith('Cluster');
    expect(object.metadata.namespace === undefined).toBe(isClusterScoped);
  });

  it.each(globSync('knative/**/kustomization.yaml').filter((file) => !file.includes('overlays')))(
    '%s lists what stands beside it',
    (file) => {
      const { resources } = parse(readFileSync(file, 'utf8')) as { resources: string[] };
      const beside = globSync([`${dirname(file)}/*.yaml`, `${dirname(file)}/*/kustomization.yaml`])
        .map((path) => path.slice(dirname(file).length + 1).replace(/\/kustomization.yaml$/, ''))
        .filter((path) => !/^(?:kustomization.yaml|.*\.example\.yaml|overlays.*|telemetry.*)$/.test(path));
      expect(resources.toSorted()).toEqual(beside.toSorted());
    },
  );

  // kustomize refuses a base that contains the overlay, so each overlay has the list again.
  it.each(globSync('knative/overlays/*/kustomization.yaml'))(
    '%s takes everything that knative/ has',
    (file) => {
      const resourcesOf = (path: string) =>
        (parse(readFileSync(path, 'utf8')) as { resources: string[] }).resources.toSorted();
      const expected = resourcesOf('knative/kustomization.yaml').map((folder) => `../../${folder}`);
      expect(resourcesOf(file).filter((folder) => !folder.endsWith('/telemetry'))).toEqual(
        expected.filter((folder) => !folder.endsWith('/telemetry')),
      );
    },
  );

  it('can all be used by the development broker', async () => {
    const selected = selectBrokerManifests(await readManifests('knative'), 'kubemirror');
    expect(selected.brokers.map(({ name }) => name)).toEqual(['default']);
    expect(selected.triggers).toHaveLength(ofKind('Trigger').length);
    expect(selected.pingSources).toHaveLength(ofKind('PingSource').length);
  });
});

describe('the EventTypes', () => {
  it('are those that the code emits', () => {
    const ours = Object.values(eventTypes).filter((type) => type.startsWith('io.kubemirror.'));
    const described = ofKind('EventType').map(({ object }) => String(object.spec?.['type']));
    expect(described.toSorted()).toEqual(ours.toSorted());
  });

  it.each(ofKind('EventType'))('$file stands with the function that emits it', ({ folder, object }) => {
    const { type, source } = object.spec as { type: string; source: string };
    expect(mentionedTypes(folder)).toContain(type);
    expect(source).toBe(formatSource('NAME', folder));
  });
});

describe('service.yaml', () => {
  it.each(manifests.filter(({ file }) => basename(file) === 'service.yaml'))(
    '$file holds the serving Service that kn applies',
    ({ folder, object }) => {
      expect(object).toMatchObject({ apiVersion: serving, kind: 'Service', metadata: { name: folder } });
    },
  );
});

describe('the Triggers', () => {
  const known = new Set<string>(Object.values(eventTypes));
  const names = new Map(
    [...ofKind('Service'), ...ofKind('Broker')].map(({ object }) => [
      `${object.apiVersion}/${object.kind}/${object.metadata.name}`,
      true,
    ]),
  );

  it.each(ofKind('Trigger'))('$file filters types that exist', ({ object }) => {
    const types = valuesOf(object.spec?.['filters'], 'type');
    expect(types.length).toBeGreaterThan(0);
    for (const type of types) expect(known).toContain(type);
  });

  it.each(ofKind('Trigger'))('$file lets through what its subscriber knows', ({ object }) => {
    const { subscriber } = object.spec as { subscriber: { ref: { name: string } } };
    const types = valuesOf(object.spec?.['filters'], 'type') as string[];
    expect([...mentionedTypes(subscriber.ref.name)]).toEqual(expect.arrayContaining(types));
  });

  it('lead every type that a function emits or takes to somebody', () => {
    const routed = new Set(
      ofKind('Trigger').flatMap(({ object }) => valuesOf(object.spec?.['filters'], 'type')),
    );
    const mentioned = new Set(workloads.flatMap(({ folder }) => [...mentionedTypes(folder)]));
    // Outcomes of rendering are for others to subscribe to: the renderer itself has written them down.
    expect([...mentioned].filter((type) => !routed.has(type))).toEqual([eventTypes.appconfigRendered]);
  });

  it.each([...ofKind('Trigger'), ...ofKind('SinkBinding'), ...ofKind('PingSource'), ...ofKind('Broker')])(
    '$file refers to what exists',
    ({ object }) => {
      const references = valuesOf(object.spec, 'ref') as { apiVersion: string; kind: string; name: string }[];
      expect(references.length).toBeGreaterThan(0);
      for (const { apiVersion, kind, name } of references) {
        expect([...names.keys()]).toContain(`${apiVersion}/${kind}/${name}`);
      }
    },
  );

  it.each(ofKind('Trigger'))('$file has its own delivery, which some classes need', ({ object }) => {
    expect(object.spec?.['delivery']).toMatchObject({ retry: expect.any(Number) as number });
  });
});

describe('the ClusterRole of resources-watcher', () => {
  it('grants what the asset files name, and nothing else', () => {
    const asset = (name: string) => readFileSync(`functions/resources-watcher/assets/${name}`, 'utf8');
    const expected = [
      ...parseStaticKinds(asset('static')).kinds.map(({ group, resource }) => `${group}/${resource}`),
      ...[...parseManagedGroups(asset('managed_groups'))].map((group) => `${group}/*`),
    ];
    const role = ofKind('ClusterRole').find(({ folder }) => folder === 'resources-watcher');
    const rules = role?.object['rules'] as { apiGroups: string[]; resources: string[]; verbs: string[] }[];
    const granted = rules.flatMap(({ apiGroups, resources }) =>
      apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
    );
    expect(granted.toSorted()).toEqual(expected.toSorted());
    for (const { verbs } of rules) expect(verbs).toEqual(['get', 'list', 'watch']);
  });
});

/** glibc's own, beside those of the function. */
const memoryVariable = 'MALLOC_ARENA_MAX';

/** Node's options for the size of its heap are a function's own affair; all others are not. */
function memoryFlags(container: { readonly command: readonly string[] }): readonly string[] {
  return container.command.filter((word) => /^--max-(?:old|semi)-space-size=\d+$/.test(word));
}

describe.each(workloads)('$file', ({ folder, object }: Manifest) => {
  const container = containerOf(object);

  it('runs its function without rights over the node', () => {
    expect(container).toMatchObject({
      name: folder,
      image: 'kubemirror:dev',
      command: ['node', ...memoryFlags(container), `functions/${folder}/index.js`],
      securityContext: {
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      livenessProbe: { httpGet: { path: '/livez' } },
      readinessProbe: { httpGet: { path: '/readyz' } },
    });
    for (const resources of [container.resources.requests, container.resources.limits]) {
      expect(resources).toEqual({ cpu: expect.any(String) as string, memory: expect.any(String) as string });
    }
  });
});

describe.each(workloads.filter(({ folder }) => existsSync(`functions/${folder}/config.ts`)))(
  'the environment in $file',
  ({ folder, object }: Manifest) => {
    const container = containerOf(object);

    it('has variables that the function reads, and all that it requires', async () => {
      const variables = await variablesOf(folder);
      const set = (container.env ?? []).map(({ name }) => name).filter((name) => name !== memoryVariable);
      expect(variables.map(({ name }) => name)).toEqual(expect.arrayContaining(set));
      const bound = ofKind('SinkBinding').some((binding) => binding.folder === folder);
      const required = variables.filter((variable) => variable.required).map(({ name }) => name);
      expect([...set, ...(bound ? injected : [])]).toEqual(expect.arrayContaining(required));
    });

    it('takes secrets from Secrets', async () => {
      const secrets = (await variablesOf(folder)).filter(({ secret }) => secret).map(({ name }) => name);
      const plain = (container.env ?? []).filter(({ value }) => value !== undefined).map(({ name }) => name);
      expect(plain.filter((name) => secrets.includes(name))).toEqual([]);
    });

    it('lets work and streams end before the platform ends them', async () => {
      const variables = await variablesOf(folder);
      const msOf = (name: string): number | undefined => {
        const text =
          container.env?.find((entry) => entry.name === name)?.value ??
          variables.find((variable) => variable.name === name)?.default;
        return text === undefined ? undefined : parseDurationMs(text);
      };
      const { metadata, spec } = (object.spec as { template: PodTemplate }).template;
      // Knative gives a pod as long to end as it gives a request.
      const graceSeconds = spec.terminationGracePeriodSeconds ?? spec.timeoutSeconds ?? 0;
      expect(graceSeconds * 1_000).toBeGreaterThan(msOf('DRAIN_TIMEOUT') ?? Number.POSITIVE_INFINITY);
      const lifetimeMs = msOf('STREAM_LIFETIME');
      if (lifetimeMs === undefined) return;
      expect(spec.timeoutSeconds).toBeGreaterThan(lifetimeMs / 1_000);
      const scaling = (name: string) => metadata.annotations[`autoscaling.knative.dev/${name}`] ?? '';
      expect(parseDurationMs(scaling('scale-down-delay'))).toBeGreaterThan(lifetimeMs);
      expect([scaling('metric'), scaling('target-burst-capacity')]).toEqual(['concurrency', '0']);
      expect(Number(scaling('min-scale'))).toBeGreaterThanOrEqual(1);
      expect(spec.containerConcurrency).toBe(0);
    });

    it('agrees with the ports', async () => {
      const variables = await variablesOf(folder);
      const portOf = (name: string) =>
        Number(
          container.env?.find((entry) => entry.name === name)?.value ??
            variables.find((variable) => variable.name === name)?.default,
        );
      // Knative sets PORT from the one port it allows.
      const isService = object.kind === 'Service';
      const reserved = isService ? [8008, 8012, 8013, 8022, 8112, 9090, 9091] : [];
      const expected = isService
        ? [{ name: 'http1', containerPort: 8080 }]
        : [
            { name: 'http', containerPort: portOf('PORT') },
            { name: 'metrics', containerPort: portOf('METRICS_PORT') },
          ];
      expect(container.ports).toEqual(expected);
      expect(reserved).not.toContain(portOf('METRICS_PORT'));
    });
  },
);

async function variablesOf(folder: string) {
  return (await configurations()).get(folder) ?? [];
}
