import { asFields, asList, type Fields, fill, mapField, mapItems } from './fill.ts';

/** Defaults of a pod's spec, alone or in a template. */
export function defaultPodSpec(spec: Fields): Fields {
  const hostNetwork = spec['hostNetwork'] === true;
  const filled = fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  let result = filled;
  for (const name of ['initContainers', 'containers', 'ephemeralContainers']) {
    result = mapField(result, name, (list) =>
      mapItems(list, (container) => defaultContainer(container, hostNetwork)),
    );
  }
  const withAccount = mapAccount(result);
  return mapField(withAccount, 'volumes', (list) => mapItems(list, defaultVolume));
}

/** The older name of the field stays readable beside the newer one. */
function mapAccount(spec: Fields): Fields {
  const account = spec['serviceAccountName'] ?? spec['serviceAccount'];
  if (typeof account !== 'string' || account === '') return spec;
  return { ...spec, serviceAccountName: account, serviceAccount: account };
}

/** Defaults of a pod itself, which templates do not get. */
export function defaultPod(spec: Fields): Fields {
  const filled = fill(defaultPodSpec(spec), { enableServiceLinks: true });
  return ['initContainers', 'containers'].reduce(
    (current, name) => mapField(current, name, (list) => mapItems(list, requestWhatIsLimited)),
    filled,
  );
}

function defaultContainer(container: Fields, hostNetwork: boolean): Fields {
  const filled = fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(container['image']),
    resources: {},
  });
  const withPorts = mapField(filled, 'ports', (ports) =>
    mapItems(ports, (port) =>
      fill(port, { protocol: 'TCP', ...(hostNetwork ? { hostPort: port['containerPort'] } : {}) }),
    ),
  );
  const withEnvironment = mapField(withPorts, 'env', (variables) =>
    mapItems(variables, (variable) => mapField(variable, 'valueFrom', defaultFieldReference)),
  );
  const withProbes = ['livenessProbe', 'readinessProbe', 'startupProbe'].reduce(
    (current, name) => mapField(current, name, (probe) => defaultProbe(asFields(probe))),
    withEnvironment,
  );
  return mapField(withProbes, 'lifecycle', (lifecycle) =>
    ['postStart', 'preStop'].reduce(
      (current, name) => mapField(current, name, (handler) => defaultHandler(asFields(handler))),
      asFields(lifecycle),
    ),
  );
}

/** Images that may change under their name are fetched anew each time. */
function pullPolicy(image: unknown): string {
  const name = typeof image === 'string' ? (image.split('/').at(-1) ?? '') : '';
  if (name.includes('@')) return 'IfNotPresent';
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultFieldReference(source: unknown): unknown {
  return mapField(asFields(source), 'fieldRef', (reference) =>
    fill(asFields(reference), { apiVersion: 'v1' }),
  );
}

function defaultProbe(probe: Fields): Fields {
  const filled = fill(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return defaultHandler(mapField(filled, 'grpc', (grpc) => fill(asFields(grpc), { service: '' })));
}

function defaultHandler(handler: Fields): Fields {
  return mapField(handler, 'httpGet', (get) => fill(asFields(get), { path: '/', scheme: 'HTTP' }));
}

/** File mode 0644 as the decimal number that JSON carries. */
const readableMode = 420;

function defaultVolume(volume: Fields): Fields {
  const sources = Object.keys(volume).filter((name) => name !== 'name');
  const placed = sources.length === 0 ? { ...volume, emptyDir: {} } : volume;
  const withModes = ['secret', 'configMap', 'downwardAPI', 'projected'].reduce(
    (current, name) =>
      mapField(current, name, (source) => fill(asFields(source), { defaultMode: readableMode })),
    placed,
  );
  const withHostPath = mapField(withModes, 'hostPath', (source) => fill(asFields(source), { type: '' }));
  const withItems = mapField(withHostPath, 'downwardAPI', (source) =>
    mapField(asFields(source), 'items', (items) =>
      mapItems(items, (item) => asFields(defaultFieldReference(item))),
    ),
  );
  return mapField(withItems, 'projected', (source) =>
    mapField(asFields(source), 'sources', (list) => mapItems(list, defaultProjection)),
  );
}

function defaultProjection(projection: Fields): Fields {
  const withToken = mapField(projection, 'serviceAccountToken', (token) =>
    fill(asFields(token), { expirationSeconds: 3_600 }),
  );
  return mapField(withToken, 'downwardAPI', (source) =>
    mapField(asFields(source), 'items', (items) =>
      mapItems(items, (item) => asFields(defaultFieldReference(item))),
    ),
  );
}

function requestWhatIsLimited(container: Fields): Fields {
  const resources = asFields(container['resources']);
  const limits = asFields(resources['limits']);
  if (Object.keys(limits).length === 0) return container;
  const requests = fill(asFields(resources['requests']), limits);
  return { ...container, resources: { ...resources, requests } };
}

/** How the kubelet would rank the pod when memory runs out. */
export function qosClassOf(spec: Fields): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...asList(spec['initContainers']), ...asList(spec['containers'])].map(asFields);
  const parts = containers.map((container) => {
    const resources = asFields(container['resources']);
    return { requests: computeOf(resources['requests']), limits: computeOf(resources['limits']) };
  });
  if (parts.every(({ requests, limits }) => requests.size === 0 && limits.size === 0)) return 'BestEffort';
  const guaranteed = parts.every(
    ({ requests, limits }) =>
      limits.size === 2 && [...limits].every(([name, value]) => (requests.get(name) ?? value) === value),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function computeOf(quantities: unknown): ReadonlyMap<string, string> {
  const entries = Object.entries(asFields(quantities)).filter(
    ([name]) => name === 'cpu' || name === 'memory',
  );
  return new Map(entries.map(([name, value]) => [name, String(value)]));
}
