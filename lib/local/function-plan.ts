/** Functions that `npm start` runs, with the offset of their port from --port-base. */
export const functionPorts = {
  'resources-presenter': 0,
  deviser: 1,
  'resources-ingester': 2,
  'events-presenter': 3,
  'events-ingester': 4,
  'resources-watcher': 5,
  'events-watcher': 6,
  'appconfigs-api': 7,
  'changes-source': 8,
  renderer: 9,
} as const;

export type FunctionName = keyof typeof functionPorts;

/** Offsets of what is no function. */
export const infrastructurePorts = { broker: 20, cluster: 21, postgres: 22 } as const;

// Metrics ports follow the functions' own at this distance.
const metricsOffset = 40;

/** What every function gets its environment from. */
export type Surroundings = {
  readonly portBase: number;
  readonly databaseUrl: string;
  readonly kubeconfig: string;
  readonly clusterName: string | undefined;
  readonly jwtSignKey: string;
  /** Where the runner itself was started: PATH and HOME for exec plugins in a kubeconfig. */
  readonly inherited: Readonly<Record<string, string>>;
};

/** The broker's ingress of Broker `default` in namespace `kubemirror`, as SinkBinding would inject it. */
export function sinkUrl(portBase: number): string {
  return `http://127.0.0.1:${portBase + infrastructurePorts.broker}/kubemirror/default`;
}

export function functionUrl(portBase: number, name: FunctionName): string {
  return `http://127.0.0.1:${portBase + functionPorts[name]}`;
}

/**
 * Environment of one function process: what its manifest under knative/ sets, with the addresses of this
 * machine in place of the cluster's.
 */
export function functionEnvironment(name: FunctionName, around: Surroundings): Record<string, string> {
  const port = around.portBase + functionPorts[name];
  return {
    ...around.inherited,
    PORT: String(port),
    METRICS_PORT: String(port + metricsOffset),
    DATABASE_URL: around.databaseUrl,
    KUBECONFIG: around.kubeconfig,
    ...(around.clusterName === undefined ? {} : { CLUSTER_NAME: around.clusterName }),
    ...(sources.has(name) ? { K_SINK: sinkUrl(around.portBase) } : {}),
    ...(readers.has(name) ? { JWT_SIGN_KEY: around.jwtSignKey } : {}),
    ...(around.inherited['NODE_OPTIONS'] === undefined ? boundedMemory(name) : {}),
  };
}

const watcherMemory = {
  NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=256',
  MALLOC_ARENA_MAX: '1',
};
const memory: Readonly<Partial<Record<FunctionName, Readonly<Record<string, string>>>>> = {
  'resources-watcher': watcherMemory,
  'events-watcher': watcherMemory,
  'changes-source': { NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=80' },
  'events-presenter': { NODE_OPTIONS: '--max-semi-space-size=8' },
  'resources-presenter': { NODE_OPTIONS: '--max-semi-space-size=8' },
};

/** As the manifests have it: memory that grows neither with a transaction nor with an outage or many streams. */
export function boundedMemory(name: FunctionName): Readonly<Record<string, string>> {
  return memory[name] ?? {};
}

const sources: ReadonlySet<FunctionName> = new Set(['resources-watcher', 'events-watcher', 'changes-source']);
const readers: ReadonlySet<FunctionName> = new Set([
  'resources-presenter',
  'events-presenter',
  'appconfigs-api',
]);
