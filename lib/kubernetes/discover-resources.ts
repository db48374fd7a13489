import type { DiscoveredResource, Discovery } from '../core/discovered-resource.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../core/kubernetes-request.ts';
import { parseAggregatedDiscovery, parseGroupList, parseResourceList } from '../core/parse-discovery.ts';

/** v2 is GA since 1.30, v2beta1 since 1.27; older servers ignore both and answer in the plain form. */
const acceptAggregated = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** Groups that are asked at a time where there is no aggregated discovery. */
const groupsAtATime = 4;

/**
 * Reads what the API server serves: two requests where it knows aggregated discovery, one per group and
 * version where it does not. Unchanged answers (ETag) cost no parsing, and the same object comes back.
 * @returns a function that asks now; it throws where the API server gives no answer or refuses
 */
export function createDiscovery(request: KubernetesRequest): () => Promise<Discovery> {
  const cache = new Map<string, { etag: string; part: Discovery }>();
  let last: { parts: readonly Discovery[]; whole: Discovery } | undefined;
  return async () => {
    const parts = await Promise.all(['/api', '/apis'].map((path) => readRoot(request, path, cache)));
    if (last === undefined || parts.some((part, index) => part !== last?.parts[index])) {
      const whole = {
        resources: parts.flatMap((part) => part.resources),
        unknown: parts.flatMap((part) => part.unknown),
      };
      last = { parts, whole };
    }
    return last.whole;
  };
}

async function readRoot(
  request: KubernetesRequest,
  path: string,
  cache: Map<string, { etag: string; part: Discovery }>,
): Promise<Discovery> {
  const cached = cache.get(path);
  const answer = await request({
    method: 'GET',
    path,
    headers: { accept: acceptAggregated, ...(cached && { 'if-none-match': cached.etag }) },
  });
  if (answer.status === 304 && cached !== undefined) return cached.part;
  if (answer.status !== 200) throw refused(path, answer);
  if (!isAggregated(answer)) return readPlain(request, path, answer.body);
  const part = parseAggregatedDiscovery(answer.body);
  const etag = answer.headers['etag'];
  if (etag !== undefined) cache.set(path, { etag, part });
  return part;
}

function isAggregated(answer: KubernetesAnswer): boolean {
  return (answer.body as { kind?: unknown } | null)?.kind === 'APIGroupDiscoveryList';
}

async function readPlain(request: KubernetesRequest, path: string, root: unknown): Promise<Discovery> {
  const places = path === '/api' ? coreVersions(root) : parseGroupList(root);
  const resources: (readonly DiscoveredResource[])[] = [];
  const unknown: string[] = [];
  const queue = [...places.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, { group, version }] = next;
      const place = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const answer = await request({ method: 'GET', path: place });
      if (answer.status === 200) resources[index] = parseResourceList(answer.body, group, version);
      else unknown.push(`${group}/${version}`);
    }
  };
  await Promise.all(Array.from({ length: groupsAtATime }, work));
  return { resources: resources.flat(), unknown };
}

function coreVersions(root: unknown): readonly { group: string; version: string }[] {
  const versions = (root as { versions?: unknown } | null)?.versions;
  return Array.isArray(versions) ? versions.map((version) => ({ group: '', version: String(version) })) : [];
}

function refused(path: string, answer: KubernetesAnswer): Error {
  return new Error(`Cannot read discovery ${path}: ${answer.status}, expected 200`);
}
