import type { ConnectionOptions } from 'node:tls';

/** What a connection to the API server is made with. */
export type TlsMaterial = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** Who we are towards the API server; both change while the process runs, since tokens and certificates rotate. */
export type Credentials = {
  readonly current: () => Promise<{
    readonly headers: Readonly<Record<string, string>>;
    readonly tls: TlsMaterial;
  }>;
  /** Forgets everything cached, after a 401. */
  readonly renew: () => Promise<void>;
};

/** Where the API server is and how to be let in. */
export type ClusterAccess = {
  /** May carry a path prefix. */
  readonly serverUrl: string;
  readonly credentials: Credentials;
  /** Cluster name of the kubeconfig's context. */
  readonly contextCluster?: string;
  /** Namespace that this process runs in, or the context's. */
  readonly namespace?: string;
  readonly proxyUrl?: string;
};
