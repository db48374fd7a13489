import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import type { KubernetesObject } from '../../core/kubernetes-object.ts';
import { apiVersionOf } from '../../core/resource-kind.ts';
import type { UserInfo } from '../../core/user-info.ts';
import { staticTokens } from './auth/authenticate.ts';
import { RbacCache } from './auth/rbac-cache.ts';
import { serviceAccountTokens } from './auth/service-account-authenticator.ts';
import { apiAudience, TokenIssuer } from './auth/service-account-tokens.ts';
import { bootstrapCluster } from './bootstrap-cluster.ts';
import type { ClusterSettings, ClusterState } from './cluster-state.ts';
import { DeferredWork } from './controllers/deferred-work.ts';
import { startControllers } from './controllers/start-controllers.ts';
import { type ClusterFaults, createClusterFaults } from './faults/cluster-faults.ts';
import { Faults } from './faults/faults.ts';
import { serveFaults } from './faults/serve-faults.ts';
import { forbidden } from './http/status-error.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { builtInDefinitions } from './registry/built-in-definitions.ts';
import { fieldsOfDefinition, fieldsOfStorage } from './registry/field-values.ts';
import { Registry } from './registry/registry.ts';
import { serveRequest } from './serve-request.ts';
import { loadServerKeys, type ServerKeys } from './server-keys.ts';
import { openStore } from './store/open-store.ts';
import type { HistoryWindow, RevisionStore } from './store/revision-store.ts';
import { parseStored } from './store/stored-object.ts';
import { issueServerCertificate, type KeyedCertificate } from './tls/certificates.ts';
import { WatchHub } from './watch/watch-hub.ts';

export type StartClusterOptions = {
  /** 0 (the default) for a free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /**
   * HTTPS with a certificate of the cluster's own authority, which its kubeconfigs carry. kubectl sends tokens
   * over TLS only. Default false: most tests need no TLS.
   */
  readonly tls?: boolean;
  /** Users by bearer token. */
  readonly tokens: Readonly<Record<string, UserInfo>>;
  /** Where the cluster is kept; a second start finds it there. Default: in memory only. */
  readonly dataDir?: string;
  /**
   * Which controllers run: those inside every API server, or also those that a controller manager brings
   * (namespace contents, owner references, default service accounts, ends of pods). Default `all`.
   */
  readonly controllers?: 'all' | 'api-server';
  /** Serves `POST /kubemirror-faults` to whoever has this token. Default: not at all. */
  readonly faultsToken?: string;
  readonly history?: Partial<HistoryWindow>;
  readonly settings?: Partial<ClusterSettings>;
  readonly now?: () => Date;
  /** Gets errors that are defects of the double. Default: they go to stderr. */
  readonly onDefect?: (error: unknown) => void;
};

/** A running development cluster. */
export type DevelopmentCluster = {
  readonly url: string;
  readonly port: number;
  /** PEM of the authority that signed the certificate; also without TLS, where nothing uses it. */
  readonly certificateAuthority: string;
  /** The authority with its key, for client certificates. */
  readonly authority: KeyedCertificate;
  /** A kubeconfig (YAML) for the user who has one of the tokens. @throws for a user without a token */
  readonly kubeconfig: (username: string) => string;
  readonly faults: ClusterFaults;
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

/** Starts the API double in this process. @throws when the port is taken or another process has `dataDir` */
export async function startCluster(options: StartClusterOptions): Promise<DevelopmentCluster> {
  const now = options.now ?? (() => new Date());
  const host = options.host ?? '127.0.0.1';
  const { store, close: closeStore } = openStore({
    directory: options.dataDir,
    window: { ...defaultHistory, ...options.history },
    nowMs: () => now().getTime(),
    fieldsOf: fieldsOfStorage,
  });
  const keys = loadServerKeys(options.dataDir, now());
  const state = createState(options, { store, keys, now });
  bootstrapCluster(state);
  const stopControllers = startControllers(state, options.controllers ?? 'all');
  const faults = createClusterFaults(state);
  const server = createListener(
    options.tls === true ? { keys, host, now } : undefined,
    (request, response) => {
      void serveFaults(request, response, { faults, token: options.faultsToken })
        .then((taken) => (taken ? undefined : serveRequest(state, request, response)))
        .catch((error: unknown) => {
          state.onDefect(error);
          response.destroy();
        });
    },
  );
  const release = () => {
    stopControllers();
    state.work.stop();
    closeStore();
  };
  const port = await listen(server, options.port ?? 0, host).catch((error: unknown) => {
    release();
    throw error;
  });
  const url = `${options.tls === true ? 'https' : 'http'}://${host}:${port}`;
  return {
    url,
    port,
    certificateAuthority: keys.authority.certificate,
    authority: keys.authority,
    kubeconfig: (username) =>
      kubeconfigOf({
        url,
        username,
        tokens: options.tokens,
        ...(options.tls === true ? { certificateAuthority: keys.authority.certificate } : {}),
      }),
    faults,
    compact: () => store.compact(),
    seed: (objects) => seed(state, objects),
    state,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      state.watches.close('end');
      server.closeAllConnections();
      await closed;
      release();
    },
  };
}

function createState(
  options: StartClusterOptions,
  parts: { readonly store: RevisionStore; readonly keys: ServerKeys; readonly now: () => Date },
): ClusterState {
  const { store, keys, now } = parts;
  const tokens = new TokenIssuer(keys.tokenKey);
  const authenticators = [
    staticTokens(new Map(Object.entries(options.tokens)), apiAudience),
    serviceAccountTokens({ store, now }, tokens),
  ];
  const onDefect = options.onDefect ?? ((error: unknown) => process.stderr.write(`${describe(error)}\n`));
  return {
    store,
    work: new DeferredWork(onDefect),
    onDefect,
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
    settings: { ...defaultSettings, ...options.settings },
  };
}

type Tls = { readonly keys: ServerKeys; readonly host: string; readonly now: () => Date };

function createListener(tls: Tls | undefined, listener: RequestListener): Server {
  // A wrong token must not cost the client its connection, and watches live for an hour.
  const limits = { keepAliveTimeout: 120_000, headersTimeout: 125_000, requestTimeout: 0 };
  if (tls === undefined) return createServer(limits, listener);
  const hosts = ['localhost', '127.0.0.1', '::1', 'kubernetes', 'kubernetes.default.svc', tls.host];
  const { certificate, privateKey } = issueServerCertificate(
    tls.keys.authority,
    [...new Set(hosts)].filter((name) => name !== '0.0.0.0' && name !== '::'),
    tls.now(),
  );
  return createTlsServer(
    {
      ...limits,
      cert: certificate,
      key: privateKey,
      ca: tls.keys.authority.certificate,
      // Certificates are one way to authenticate among others.
      requestCert: true,
      rejectUnauthorized: false,
    },
    listener,
  );
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'EADDRINUSE' ? 'it is taken' : (code ?? 'unknown error');
    throw new Error(`Cannot serve the development cluster on port ${port}: ${why}`, { cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
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
    state.registry.all().map((definition) => [`${apiVersionOf(definition)} ${definition.kind}`, definition]),
  );
  for (const object of objects) {
    const definition = byKind.get(`${object.apiVersion} ${object.kind}`);
    if (definition === undefined) {
      throw new Error(`Cannot seed ${object.apiVersion} ${object.kind}: it is not served`);
    }
    const metadata = {
      uid: state.newUid(),
      creationTimestamp: state.now().toISOString().replace(/\.\d+/, ''),
      ...object.metadata,
    };
    state.store.put(definition.storage, { ...object, metadata }, fieldsOfDefinition(definition));
  }
  return state.store.revision;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
