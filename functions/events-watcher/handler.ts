import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { eventTypes } from '../../lib/core/event-types.ts';
import { type InvolvedObject, readInvolvedObject } from '../../lib/core/kubernetes-event.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import { redactObject } from '../../lib/core/redact-object.ts';
import { type RedactionRule, rulesFor } from '../../lib/core/redaction-rules.ts';
import { identityEvent, resourceEvent } from '../../lib/core/resource-event.ts';
import type { ResourceKind } from '../../lib/core/resource-kind.ts';

export const functionName = 'events-watcher';

/** core/v1 only: events.k8s.io is the same store, and both would be every event twice. */
export const eventsKind: ResourceKind = { group: '', version: 'v1', resource: 'events', kind: 'Event' };

export type EventHandlerOptions = {
  readonly cluster: string;
  readonly redaction: { readonly rules: readonly RedactionRule[]; readonly keepManagedFields: boolean };
  /** Plural of what an event is about; `undefined` where discovery does not know it, and never a wait. */
  readonly involvedResource: (involved: InvolvedObject) => string | undefined;
  readonly nowMs: () => number;
  /** One event could not be redacted or measured; it goes out as identity. */
  readonly onUnreadable: (event: CloudEvent, error: unknown) => void;
};

/** Turns one version of a Kubernetes event into a CloudEvent. Nothing is left out for its age or its labels. */
export function createEventHandler(
  options: EventHandlerOptions,
): (object: KubernetesObject, size: { readonly atMostBytes: number }) => CloudEvent {
  const redaction = {
    rules: rulesFor(eventsKind, options.redaction.rules),
    keepManagedFields: options.redaction.keepManagedFields,
  };
  return (object, { atMostBytes }) => {
    const context = {
      cluster: options.cluster,
      functionName,
      kind: eventsKind,
      observedAt: new Date(options.nowMs()).toISOString(),
    };
    const involved = options.involvedResource(readInvolvedObject(recordOf(object['involvedObject'])));
    const event = (() => {
      try {
        const redacted = redactObject(object, redaction);
        return resourceEvent(eventTypes.eventRecorded, redacted, context, { receivedBytes: atMostBytes });
      } catch (error) {
        const identity = identityEvent(eventTypes.eventRecorded, object, context);
        options.onUnreadable(identity, error);
        return identity;
      }
    })();
    if (involved === undefined) return event;
    return { ...event, extensions: { ...event.extensions, involvedresource: involved } };
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
