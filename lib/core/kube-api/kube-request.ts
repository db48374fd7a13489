/** What a request to the Kubernetes read API asks for. */
export type KubeRequest = {
  readonly view: KubeView;
  readonly target: KubeTarget;
};

/** Which state is read; path prefixes say it, because clients like kubectl only take a server address. */
export type KubeView = {
  /** `/clusters/<name>` in front: another cluster than our own. */
  readonly cluster: string | undefined;
  /** `/at/<time>`, or `?at=`: as it was stored then. */
  readonly at: string | undefined;
  /** `/deleted`, or `?deleted=true`: what was deleted. */
  readonly deleted: boolean;
};

export type KubeTarget =
  | { readonly kind: 'version' }
  /** `/api` or `/apis`. */
  | { readonly kind: 'root'; readonly root: '/api' | '/apis' }
  /** `/apis/<group>`. */
  | { readonly kind: 'group'; readonly group: string }
  /** `/api/v1` or `/apis/<group>/<version>`. */
  | { readonly kind: 'group-version'; readonly group: string; readonly version: string }
  | ({ readonly kind: 'objects' } & KubeObjects);

/** A collection, or one object where `name` is there. */
export type KubeObjects = {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** `''` for all namespaces and for cluster-scoped resources. */
  readonly namespace: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
};

/** `undefined` for a path that is not one of the Kubernetes API. Segments are decoded. */
export function parseKubeRequest(url: URL): KubeRequest | undefined {
  const parts = segmentsOf(url.pathname);
  if (parts === undefined) return undefined;
  const view = takeView(parts, url.searchParams);
  const target = targetOf(parts);
  return target === undefined ? undefined : { view, target };
}

function takeView(parts: string[], query: URLSearchParams): KubeView {
  let cluster: string | undefined;
  let at = query.get('at') ?? undefined;
  let deleted = query.get('deleted') === 'true';
  for (;;) {
    const [first, second] = parts;
    if (first === 'clusters' && second !== undefined) {
      cluster = second;
      parts.splice(0, 2);
    } else if (first === 'at' && second !== undefined) {
      at = second;
      parts.splice(0, 2);
    } else if (first === 'deleted') {
      deleted = true;
      parts.splice(0, 1);
    } else {
      return { cluster, at, deleted };
    }
  }
}

function targetOf(parts: string[]): KubeTarget | undefined {
  const root = parts.shift();
  if (root === 'version' && parts.length === 0) return { kind: 'version' };
  if (root !== 'api' && root !== 'apis') return undefined;
  if (parts.length === 0) return { kind: 'root', root: `/${root}` };
  const group = root === 'apis' ? (parts.shift() ?? '') : '';
  const version = parts.shift();
  if (version === undefined) return { kind: 'group', group };
  if (parts.length === 0) return { kind: 'group-version', group, version };
  return { kind: 'objects', group, version, ...objectsOf(parts) };
}

function objectsOf(parts: readonly string[]): Omit<KubeObjects, 'group' | 'version'> {
  const [first = '', second, third] = parts;
  // `namespaces/<name>` is the object itself; only something behind it makes it the place of something else.
  const isInside = first === 'namespaces' && second !== undefined && third !== undefined;
  const [resource = '', name, subresource] = isInside ? parts.slice(2) : parts;
  return { resource, namespace: isInside ? second : '', name, subresource };
}

function segmentsOf(path: string): string[] | undefined {
  // Nothing that PostgreSQL holds has such a name.
  if (path.includes('%00')) return undefined;
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
