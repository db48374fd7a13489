/**
 * One request to the API server, answered whole. `path` starts with `/` and carries its query.
 * Throws only when no answer came; every HTTP status is an answer. 401 has been retried once with fresh
 * credentials. `lib/kubernetes` implements it; `lib/access` and others only take it as a dependency.
 */
export type KubernetesRequest = (request: {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Serialised as JSON unless it is a string. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Default 30_000. */
  readonly timeoutMs?: number;
}) => Promise<KubernetesAnswer>;

export type KubernetesAnswer = {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text where the answer is none. */
  readonly body: unknown;
  /** Length of the body as received; fakes may leave it out. */
  readonly bodyBytes?: number;
};
