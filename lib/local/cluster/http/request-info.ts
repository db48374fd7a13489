/** What a request asks for, read from its method and path as the API server reads it. */
export type RequestInfo = {
  readonly path: string;
  readonly query: URLSearchParams;
  /** `get list watch create update patch delete deletecollection`, or the lower-case method elsewhere. */
  readonly verb: string;
  readonly resource: ResourceInfo | undefined;
};

export type ResourceInfo = {
  readonly group: string;
  readonly version: string;
  /** `''` for cluster-scoped requests and lists over all namespaces. */
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource, as in `services/x/proxy/path`. */
  readonly rest: readonly string[];
};

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of `namespaces` that would otherwise read as resources inside the namespace. */
const namespaceSubresources = new Set(['status', 'finalize']);

/** Parses `/api/…` and `/apis/…` paths; everything else is a non-resource path. */
export function parseRequestInfo(method: string, url: string): RequestInfo {
  const queryAt = url.indexOf('?');
  const path = queryAt === -1 ? url : url.slice(0, queryAt);
  const query = new URLSearchParams(queryAt === -1 ? '' : url.slice(queryAt + 1));
  const place = placeOf(path);
  if (place === undefined) return { path, query, verb: method.toLowerCase(), resource: undefined };
  const verb = place.legacyWatch ? 'watch' : (verbOfMethod[method] ?? '');
  return { path, query, verb: collectionVerb(verb, place.resource, query), resource: place.resource };
}

function placeOf(path: string): { resource: ResourceInfo; legacyWatch: boolean } | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const root = parts.shift();
  if (root !== 'api' && root !== 'apis') return undefined;
  if (parts.length < (root === 'api' ? 2 : 3)) return undefined;
  const group = root === 'apis' ? (parts.shift() ?? '') : '';
  const version = parts.shift() ?? '';
  const legacyWatch = parts[0] === 'watch';
  if (legacyWatch) parts.shift();
  const namespace = takeNamespace(parts);
  const [resource = '', name = '', subresource = '', ...rest] = parts;
  if (resource === '') return undefined;
  return { legacyWatch, resource: { group, version, namespace, resource, name, subresource, rest } };
}

/** Takes `namespaces/<name>` off the front, unless it is the namespace itself that the path names. */
function takeNamespace(parts: string[]): string {
  const [first, namespace = '', next = ''] = parts;
  if (first !== 'namespaces' || parts.length === 1) return '';
  if (parts.length > 2 && !namespaceSubresources.has(next)) parts.splice(0, 2);
  return namespace;
}

function collectionVerb(verb: string, resource: ResourceInfo, query: URLSearchParams): string {
  if (resource.name !== '') return verb;
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** As Go's conversion of query strings to booleans: everything but `0`, `false` and absence is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}
