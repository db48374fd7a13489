import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import type { KubernetesObject } from '../../core/kubernetes-object.ts';
import type { UserInfo } from '../../core/user-info.ts';
import { staticTokens } from './auth/authenticate.ts';
import { RbacCache } from './auth/rbac-cache.ts';
import { serviceAccountTokens } from './auth/service-account-authenticator.ts';
import { apiAudience, generateSigningKey, TokenIssuer } from './auth/service-account-tokens.ts';
import { bootstrapCluster } from './bootstrap-cluster.ts';
import type { ClusterSettings, ClusterState } from './cluster-state.ts';
import { startControllers } from './controllers/start-controllers.ts';
import { Faults } from './faults/faults.ts';
import { forbidden } from './http/status-error.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { builtInDefinitions } from './registry/built-in-definitions.ts';
import { fieldsOfDefinition } from './registry/field-values.ts';
import { Registry } from './registry/registry.ts';
import { serveRequest } from './serve-request.ts';
import { type HistoryWindow, RevisionStore } from './store/revision-store.ts';
import { parseStored } from './store/stored-object.ts';
import { WatchHub } from './watch/watch-hub.ts';

export type StartClusterOptions = {
  /** 0 (the default) for a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Users by bearer token. */
  readonly tokens: Readonly<Record<string, UserInfo>>;
  /**
   * Which controllers run: those inside every API server, or also those that a controller manager brings
   * (namespace contents, owner references, default service accounts). Default `all`.
   */
  readonly controllers?: 'all' | 'api-server';
  readonly history?: Partial<HistoryWindow>;
  readonly settings?: Partial<ClusterSettings>;
  readonly now?: () => Date;
  readonly onDefect?: (error: unknown) => void;
};

/** A running development cluster. */
export type DevelopmentCluster = {
  readonly url: string;
  /** A kubeconfig (YAML) for the user who has one of the tokens. @throws for a user without a token */
  readonly kubeconfig: (username: string) => string;
  readonly faults: Faults;
  /** Forgets all history before now: every older version is 410 from here on. */
  readonly compact: () => void;
  /** Writes objects past all admission, for tests and benchmarks that need many; returns the last revision. */
  readonly seed: (objects: Iterable<KubernetesObject>) => number;
  readonly state: ClusterState;
  readonly stop: () => Promise<void>;
};

const defaultSettings: ClusterSettings = {
  bookmarkIntervalMs: 60_000,
  eventTtlMs: 3_600_000,
  freshnessWaitMs: 3_000,
  maxQueuedWatchEvents: 1_000,
  slowWatcherMs: 5_000,
  maxPodGraceMs: 2_000,
};

/** etcd keeps five minutes of history; the other bounds keep a busy test from filling the memory. */
const defaultHistory: HistoryWindow = { maxChanges: 200_000, maxBytes: 268_435_456, maxAgeMs: 300_000 };

/** Letters and digits of generated names: no vowels, nothing that looks like another. */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Starts the API double in this process. @throws when the port is taken */
export async function startCluster(options: StartClusterOptions): Promise<DevelopmentCluster> {
  const now = options.now ?? (() => new Date());
  const host = options.host ?? '127.0.0.1';
  const store = new RevisionStore({
    window: { ...defaultHistory, ...options.history },
    nowMs: () => now().getTime(),
    record: () => undefined,
  });
  const tokens = new TokenIssuer(generateSigningKey());
  const authenticators = [
    staticTokens(new Map(Object.entries(options.tokens)), apiAudience),
    serviceAccountTokens({ store, now }, tokens),
  ];
  const state: ClusterState = {
    store,
    registry: new Registry(builtInDefinitions()),
    watches: new WatchHub(),
    rbac: new RbacCache(store),
    tokens,
    faults: new Faults(),
    now,
    newUid: randomUUID,
    nameSuffix: () =>
      Array.from({ length: 5 }, () => suffixAlphabet[randomInt(suffixAlphabet.length)]).join(''),
    authenticateToken: (token, audiences) => {
      for (const find of authenticators) {
        const found = find(token, audiences);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    priorityOf: (className) => priorityOf(store, className),
    onDefect: options.onDefect ?? ((error) => process.stderr.write(`${describe(error)}\n`)),
    settings: { ...defaultSettings, ...options.settings },
  };
  bootstrapCluster(state);
  const stopControllers = startControllers(state, options.controllers ?? 'all');

  const server = createServer((request, response) => {
    void serveRequest(state, request, response);
  });
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 125_000;
  server.requestTimeout = 0;
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://${host}:${port}`;
  return {
    url,
    kubeconfig: (username) => kubeconfigOf({ url, username, tokens: options.tokens }),
    faults: state.faults,
    compact: () => store.compact(),
    seed: (objects) => seed(state, objects),
    state,
    stop: async () => {
      stopControllers();
      const closed = once(server, 'close');
      server.close();
      state.watches.close('end');
      server.closeAllConnections();
      await closed;
    },
  };
}

function priorityOf(store: RevisionStore, className: string): number {
  const stored = store.get('scheduling.k8s.io/priorityclasses', className);
  if (stored === undefined) {
    throw forbidden({ group: '', resource: 'pods' }, '', `no PriorityClass with name ${className} was found`);
  }
  return Number(parseStored(stored)['value'] ?? 0);
}

function seed(state: ClusterState, objects: Iterable<KubernetesObject>): number {
  const byKind = new Map(
    state.registry
      .all()
      .map((definition) => [
        `${definition.group === '' ? '' : `${definition.group}/`}${definition.version}/${definition.kind}`,
        definition,
      ]),
  );
  for (const object of objects) {
    const definition = byKind.get(`${object.apiVersion}/${object.kind}`);
    if (definition === undefined) {
      throw new Error(`Cannot seed ${object.apiVersion} ${object.kind}: it is not served`);
    }
    const metadata = { uid: randomUUID(), creationTimestamp: state.now().toISOString(), ...object.metadata };
    state.store.put(definition.storage, { ...object, metadata }, fieldsOfDefinition(definition));
  }
  return state.store.revision;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
