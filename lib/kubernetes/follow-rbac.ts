import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import type { KubernetesStream } from '../core/kubernetes-stream.ts';
import { createRbacIndex, type RbacIndex } from '../core/rbac/rbac-index.ts';
import { parseRbacObject } from '../core/rbac/rbac-object.ts';
import type { ReflectorChange, ReflectorEvent } from '../core/reflector-change.ts';
import { createReflector, type Reflector } from './reflector.ts';
import { createRequestGate, defaultGateLimits } from './request-gate.ts';

export type FollowedRbac = {
  readonly index: RbacIndex;
  /** Everything has been listed and every watch is open, or was seconds ago. */
  readonly isCurrent: () => boolean;
  /** Resolves when the signal has aborted and all is closed. */
  readonly ended: Promise<void>;
};

const kinds = [
  { resource: 'roles', kind: 'Role' },
  { resource: 'clusterroles', kind: 'ClusterRole' },
  { resource: 'rolebindings', kind: 'RoleBinding' },
  { resource: 'clusterrolebindings', kind: 'ClusterRoleBinding' },
] as const;

/** Bookmarks come once a minute; rights that were taken away must not be missed for much longer. */
const maxSilenceMs = 90_000;
/** Rights may be this old: a watch that is being opened again counts as open for so long. */
const graceMs = 3_000;

/** Follows the four RBAC kinds of a cluster into an index. Without the right to do so it never is current. */
export function followRbac(options: {
  readonly request: KubernetesRequest;
  readonly stream: KubernetesStream;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly observe: (resource: string, event: ReflectorEvent) => void;
}): FollowedRbac {
  const { nowMs, signal } = options;
  const index = createRbacIndex();
  const gate = createRequestGate({ ...defaultGateLimits, nowMs, sleep: options.sleep });
  const followers = kinds.map((kind) => follow(kind));

  function follow(kind: (typeof kinds)[number]) {
    const watch = observeWatch(options.stream);
    let freshAtMs = Number.NEGATIVE_INFINITY;
    const reflector: Reflector = createReflector({
      kind: { group: 'rbac.authorization.k8s.io', version: 'v1', ...kind },
      namespace: '',
      request: options.request,
      stream: watch.stream,
      gate,
      emit: (change) => apply(index, kind.kind, change),
      firstList: 'full',
      expectsBookmarks: true,
      emitsManifests: false,
      maxSilenceMs,
      isServed: () => Promise.resolve(true),
      observe: (event) => {
        if (event.kind === 'listed') freshAtMs = nowMs();
        options.observe(kind.resource, event);
      },
      nowMs,
      random: options.random,
      sleep: options.sleep,
    });
    const isCurrent = (): boolean => {
      if (!reflector.status().listed) return false;
      if (watch.isOpen()) freshAtMs = nowMs();
      return nowMs() - freshAtMs < graceMs;
    };
    // While nobody asks, the watch may open and close again.
    watch.onClosed(() => {
      freshAtMs = nowMs();
    });
    return { isCurrent, ended: untilAborted(reflector.run(signal), signal) };
  }

  return {
    index,
    isCurrent: () => followers.every((follower) => follower.isCurrent()),
    ended: Promise.all(followers.map((follower) => follower.ended)).then(() => undefined),
  };
}

/** A reflector is `watching` from when it asks; what matters here is whether the API server has answered. */
function observeWatch(stream: KubernetesStream): {
  readonly stream: KubernetesStream;
  readonly isOpen: () => boolean;
  readonly onClosed: (listener: () => void) => void;
} {
  let open = false;
  let onClosed: () => void = () => {};
  async function* follow<T>(lines: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* lines;
    } finally {
      open = false;
      onClosed();
    }
  }
  return {
    stream: async (request) => {
      const answer = await stream(request);
      if (answer.kind === 'refused') return answer;
      open = true;
      return { ...answer, lines: follow(answer.lines) };
    },
    isOpen: () => open,
    onClosed: (listener) => {
      onClosed = listener;
    },
  };
}

function apply(index: RbacIndex, kind: (typeof kinds)[number]['kind'], change: ReflectorChange): void {
  const type = kind === 'Role' || kind === 'ClusterRole' ? 'role' : 'binding';
  switch (change.kind) {
    case 'upserted': {
      const object = parseRbacObject(kind, change.object);
      const { namespace = '', name = '' } = change.object.metadata;
      // What cannot be read gives no rights, nor does it keep those of the version before.
      if (object === undefined) index.remove({ kind: type, namespace, name });
      else index.put(object);
      return;
    }
    case 'deleted': {
      const { namespace = '', name = '' } = change.object.metadata;
      index.remove({ kind: type, namespace, name });
      return;
    }
    case 'gone':
      index.remove({ kind: type, namespace: change.identity.namespace, name: change.identity.name });
      return;
    case 'manifest':
    case 'progress':
  }
}

async function untilAborted(run: Promise<unknown>, signal: AbortSignal): Promise<void> {
  try {
    await run;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
