import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import { resourcePath } from '../../lib/core/resource-path.ts';
import type { WatchTarget } from '../../lib/core/watch-target.ts';
import type { ListOptions } from '../../lib/kubernetes/list-pages.ts';
import { listPages } from '../../lib/kubernetes/list-pages.ts';
import type { ObjectSize } from './handler.ts';
import type { WantedIdentity } from './wanted-queue.ts';

export type FetchWantedOptions = Omit<ListOptions, 'kind' | 'namespace' | 'content' | 'pageLimit'> & {
  readonly request: KubernetesRequest;
  readonly beginList: (signal: AbortSignal) => Promise<() => void>;
  readonly emit: (target: WatchTarget, object: KubernetesObject, size: ObjectSize) => void | Promise<void>;
};

export type FetchOutcome = {
  readonly emitted: number;
  /** Not found any more, which the next manifest will say as well, or not readable now. */
  readonly missing: number;
  readonly way: 'get' | 'list';
};

/** Up to so many objects a GET each is cheaper than pages of objects that nobody asked for. */
const maxGets = 40;

/**
 * Fetches single objects of one target and emits them: what a database said it lacks or holds older. Objects
 * that are gone are no trouble: their deletion is found by the watch or the next manifest.
 */
export async function fetchWanted(
  target: WatchTarget,
  identities: readonly WantedIdentity[],
  options: FetchWantedOptions,
): Promise<FetchOutcome> {
  if (identities.length <= maxGets) return getEach(target, identities, options);
  return listAndPick(target, identities, options);
}

async function getEach(
  target: WatchTarget,
  identities: readonly WantedIdentity[],
  options: FetchWantedOptions,
): Promise<FetchOutcome> {
  let emitted = 0;
  for (const { namespace, name } of identities) {
    await options.beforeRequest?.(options.signal);
    const answer = await options.request({
      method: 'GET',
      path: resourcePath(target.kind, { namespace, name }),
      signal: options.signal,
    });
    if (answer.status !== 200) continue;
    const bytes = answer.bodyBytes ?? 0;
    await options.emit(target, answer.body as KubernetesObject, {
      receivedBytes: bytes,
      atMostBytes: bytes === 0 ? Number.POSITIVE_INFINITY : bytes,
    });
    emitted += 1;
  }
  return { emitted, missing: identities.length - emitted, way: 'get' };
}

async function listAndPick(
  target: WatchTarget,
  identities: readonly WantedIdentity[],
  options: FetchWantedOptions,
): Promise<FetchOutcome> {
  const wanted = new Set(identities.map(({ namespace, name }) => `${namespace}/${name}`));
  const namespaces = new Set(identities.map(({ namespace }) => namespace));
  const [only] = namespaces;
  const release = await options.beginList(options.signal);
  let emitted = 0;
  try {
    await listPages(
      {
        ...options,
        kind: target.kind,
        namespace: namespaces.size === 1 && only !== undefined ? only : target.namespace,
        content: 'full',
      },
      async (page) => {
        const receivedBytes = Math.ceil(page.bytes / Math.max(page.items.length, 1));
        for (const item of page.items) {
          const { namespace = '', name = '' } = item.metadata;
          if (!wanted.delete(`${namespace}/${name}`)) continue;
          emitted += 1;
          await options.emit(target, item, {
            receivedBytes,
            atMostBytes: page.bytes || Number.POSITIVE_INFINITY,
          });
        }
      },
    );
  } finally {
    release();
  }
  return { emitted, missing: identities.length - emitted, way: 'list' };
}
