import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { type EventType, eventTypes } from '../../lib/core/event-types.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import { manifestEvent } from '../../lib/core/manifest-event.ts';
import { redactObject } from '../../lib/core/redact-object.ts';
import { type RedactionRule, rulesFor } from '../../lib/core/redaction-rules.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import {
  goneEvent,
  identityEvent,
  type ResourceEventContext,
  resourceEvent,
} from '../../lib/core/resource-event.ts';
import type { ResourceKind } from '../../lib/core/resource-kind.ts';
import type { WatchTarget } from '../../lib/core/watch-target.ts';

export const functionName = 'resources-watcher';

export type ResourceHandlerOptions = {
  readonly cluster: string;
  readonly redaction: { readonly rules: readonly RedactionRule[]; readonly keepManagedFields: boolean };
  readonly nowMs: () => number;
  /** One object could not be redacted or measured; it goes out as identity. */
  readonly onUnreadable: (event: CloudEvent, error: unknown) => void;
};

/** What is to be sent for one change, and roughly how large it is. */
export type Outgoing = { readonly event: CloudEvent; readonly bytes: number };

export type ResourceHandler = {
  /** `undefined` for a change that only moves the version on. */
  readonly toEvent: (change: ReflectorChange) => Outgoing | undefined;
  readonly upserted: (object: KubernetesObject, size: ObjectSize) => Outgoing;
};

/** See `ReflectorChange`. */
export type ObjectSize = { readonly receivedBytes: number; readonly atMostBytes: number };

/** A manifest's entry as JSON is about this long. */
const bytesPerEntry = 120;

/** Turns changes of one target into events: redacts, truncates, names. Nothing leaves the watcher but through here. */
export function createResourceHandler(target: WatchTarget, options: ResourceHandlerOptions): ResourceHandler {
  const { kind } = target;
  const redaction = {
    rules: rulesFor(kind, options.redaction.rules),
    keepManagedFields: options.redaction.keepManagedFields,
  };
  let context: ResourceEventContext = { cluster: options.cluster, functionName, kind, observedAt: '' };
  let contextMs = Number.NaN;
  // Many changes share a millisecond when there are many; formatting the time costs as much as redacting.
  const contextNow = (): ResourceEventContext => {
    const nowMs = options.nowMs();
    if (nowMs !== contextMs) {
      contextMs = nowMs;
      context = { ...context, observedAt: new Date(nowMs).toISOString() };
    }
    return context;
  };
  const objectEvent = (
    type: ObjectEventType,
    object: KubernetesObject,
    { receivedBytes, atMostBytes }: ObjectSize,
  ): Outgoing => {
    try {
      const redacted = redactObject(object, redaction);
      return {
        event: resourceEvent(type, redacted, contextNow(), { receivedBytes: atMostBytes }),
        bytes: receivedBytes,
      };
    } catch (error) {
      const event = identityEvent(type, object, contextNow());
      options.onUnreadable(event, error);
      return { event, bytes: receivedBytes };
    }
  };

  return {
    upserted: (object, size) => objectEvent(eventTypes.resourceUpserted, object, size),
    toEvent: (change) => {
      switch (change.kind) {
        case 'upserted':
          return objectEvent(eventTypes.resourceUpserted, change.object, change);
        case 'deleted':
          return objectEvent(eventTypes.resourceDeleted, change.object, {
            receivedBytes: change.receivedBytes,
            atMostBytes: change.receivedBytes,
          });
        case 'gone':
          return { event: goneEvent(change.identity, contextNow()), bytes: 1_000 };
        case 'manifest':
          return manifest(change, { target, cluster: options.cluster, listedAtMs: options.nowMs() });
        case 'progress':
          return undefined;
      }
    },
  };
}

type ObjectEventType = Extract<EventType, `io.kubemirror.resource.${'upserted' | 'deleted'}`>;

function manifest(
  change: Extract<ReflectorChange, { kind: 'manifest' }>,
  list: { readonly target: WatchTarget; readonly cluster: string; readonly listedAtMs: number },
): Outgoing {
  const { kind, namespace } = list.target;
  return {
    event: manifestEvent(
      {
        ...plainKind(kind),
        cluster: list.cluster,
        scopeNamespace: namespace,
        listResourceVersion: change.listResourceVersion,
        ...change.range,
      },
      { functionName, listedAt: new Date(list.listedAtMs).toISOString(), index: change.index },
    ),
    bytes: 1_000 + change.range.entries.length * bytesPerEntry,
  };
}

function plainKind({ group, version, resource, kind }: ResourceKind): ResourceKind {
  return { group, version, resource, kind };
}
