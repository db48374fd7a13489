import type { KubernetesObject } from '../core/kubernetes-object.ts';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import type { KubernetesStream } from '../core/kubernetes-stream.ts';
import type { ReflectorChange, ReflectorEvent } from '../core/reflector-change.ts';
import type { ObjectIdentity } from '../core/resource-event.ts';
import type { ResourceKind } from '../core/resource-kind.ts';
import type { KnownObjects } from './known-objects.ts';
import type { RequestGate } from './request-gate.ts';
import type { StreamingLists } from './streaming-lists.ts';

export type ReflectorOptions = {
  readonly kind: ResourceKind;
  /** Namespace to follow, `''` for all and for cluster-scoped resources. */
  readonly namespace: string;
  readonly request: KubernetesRequest;
  readonly stream: KubernetesStream;
  /** Shared by all reflectors of the process. */
  readonly gate: RequestGate;
  /** Receives every change in order. While a promise it returned is pending nothing more is read. */
  readonly emit: (change: ReflectorChange) => void | Promise<void>;
  /** Version up to which an earlier process passed everything on: the watch starts there, without a list. */
  readonly resumeFrom?: string | undefined;
  /**
   * What the first list asks for. `metadata` is for a start after which others (the manifests) find what is
   * missing; later lists are full, to pass on what changed in a gap.
   */
  readonly firstList: 'full' | 'metadata';
  /** Whether whole lists may come as a watch (KEP-3157); shared by all reflectors of an API server. */
  readonly streamingLists?: StreamingLists | undefined;
  /** False for Kubernetes events, which have no watch cache and no bookmarks. */
  readonly expectsBookmarks: boolean;
  /** Whether each list ends with manifests of what exists. */
  readonly emitsManifests: boolean;
  /** Bookmarks come about once a minute; 2.5 of them missing is a dead connection. */
  readonly maxSilenceMs: number;
  /** Asks discovery, after a 404; what it throws counts as "do not know". */
  readonly isServed: () => Promise<boolean>;
  readonly observe: (event: ReflectorEvent) => void;
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

export type ReflectorStatus = {
  readonly phase: 'listing' | 'watching' | 'waiting';
  /** A list or a resumed watch has succeeded. */
  readonly synced: boolean;
  /** A list has succeeded: all that exists is known. */
  readonly listed: boolean;
  /** Version that has been passed on; `undefined` before the first list. */
  readonly resourceVersion: string | undefined;
  /** When the API server said anything last. */
  readonly heardAtMs: number;
  /** When the current attempt began; watches end after 10 minutes at the latest. */
  readonly attemptAtMs: number;
};

export type ReflectorState = {
  lastVersion: string | undefined;
  synced: boolean;
  /** A list has finished, so that what we know is complete; not so after a resumed watch. */
  listed: boolean;
  phase: ReflectorStatus['phase'];
  heardAtMs: number;
  attemptAtMs: number;
  /** Learnt: false once several watches in a row stayed silent for longer than bookmarks ever do. */
  expectsBookmarks: boolean;
  silentWatches: number;
  staleLists: number;
  expiredLists: number;
};

/** What the parts of a reflector share. */
export type ReflectorParts = {
  readonly options: ReflectorOptions;
  readonly known: KnownObjects;
  readonly state: ReflectorState;
};

export function identityOf(object: KubernetesObject): ObjectIdentity {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = object.metadata;
  return { namespace, name, uid, resourceVersion };
}
