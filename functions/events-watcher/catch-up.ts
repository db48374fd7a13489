import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { WatchTarget } from '../../lib/core/watch-target.ts';
import { type ListOptions, type ListOutcome, listPages } from '../../lib/kubernetes/list-pages.ts';
import type { Reflector } from '../../lib/kubernetes/reflector.ts';

export type CatchUpOptions = Omit<ListOptions, 'kind' | 'namespace' | 'content' | 'pageLimit'> & {
  readonly beginList: (signal: AbortSignal) => Promise<() => void>;
  readonly emit: (
    object: KubernetesObject,
    size: { readonly receivedBytes: number; readonly atMostBytes: number },
  ) => void | Promise<void>;
};

/**
 * Emits every event that the API server still holds, once after a start that resumed: what a broker accepted and
 * lost is stored after all, which resuming alone would never find. The database recognises what it has.
 */
export async function catchUp(
  target: WatchTarget,
  reflector: Pick<Reflector, 'known'>,
  options: CatchUpOptions,
): Promise<ListOutcome['kind']> {
  const release = await options.beginList(options.signal);
  try {
    const outcome = await listPages(
      { ...options, kind: target.kind, namespace: target.namespace, content: 'full' },
      async (page) => {
        const receivedBytes = Math.ceil(page.bytes / Math.max(page.items.length, 1));
        const atMostBytes = page.bytes > 0 ? page.bytes : Number.POSITIVE_INFINITY;
        for (const object of page.items) {
          const { namespace = '', name = '', resourceVersion } = object.metadata;
          // The watch has brought this one since we started.
          if (reflector.known.get(namespace, name)?.resourceVersion === resourceVersion) continue;
          const passed = options.emit(object, { receivedBytes, atMostBytes });
          if (passed !== undefined) await passed;
        }
      },
    );
    return outcome.kind;
  } finally {
    release();
  }
}
