import type { KubernetesObject } from './kubernetes-object.ts';
import type { ManifestRange } from './manifest-ranges.ts';
import type { ObjectIdentity } from './resource-event.ts';

/** What a reflector passes on, in the order of the API server. */
export type ReflectorChange =
  | {
      readonly kind: 'upserted';
      readonly object: KubernetesObject;
      /** `listed` objects may have been passed on by an earlier process already. */
      readonly cause: 'listed' | 'watched';
      /** No version of it has been passed on before. */
      readonly isFirst: boolean;
      /** Length as received; the average of its page for a listed object. */
      readonly receivedBytes: number;
      /** Never less than the object's length: that of the whole page for a listed object. */
      readonly atMostBytes: number;
    }
  /** `object` is the last state, under the version of the deletion. */
  | { readonly kind: 'deleted'; readonly object: KubernetesObject; readonly receivedBytes: number }
  /** Found by comparing with a list: when and in what state it went is not known. */
  | { readonly kind: 'gone'; readonly identity: ObjectIdentity }
  /** One share of what a complete list held. */
  | {
      readonly kind: 'manifest';
      readonly range: ManifestRange;
      readonly index: number;
      readonly listResourceVersion: string;
    }
  /** All up to this version has been passed on: the end of a list, or a bookmark. */
  | { readonly kind: 'progress'; readonly resourceVersion: string; readonly synced: boolean };

/** What happens to a reflector, for logs and metrics. */
export type ReflectorEvent =
  | {
      readonly kind: 'listed';
      readonly count: number;
      readonly changed: number;
      readonly gone: number;
      readonly durationMs: number;
      readonly content: 'full' | 'metadata';
    }
  | { readonly kind: 'watching'; readonly resourceVersion: string }
  | {
      readonly kind: 'interrupted';
      readonly attempt: 'list' | 'watch';
      /** `kind` of the end: expired, throttled, ended, stalled, … */
      readonly end: string;
      readonly reason: string | undefined;
      readonly next: string;
      readonly waitMs: number;
    }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'not-served' };
