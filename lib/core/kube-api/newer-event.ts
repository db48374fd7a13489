import type { KubernetesObject } from '../kubernetes-object.ts';

/** Fields of core/v1 Events by their names in events.k8s.io/v1; all others are called the same. */
export const newerEventFields: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  reportingComponent: 'reportingController',
};

/** An Event as events.k8s.io/v1 shows it: an API server keeps one store of events under both groups. */
export function newerEvent(event: Readonly<KubernetesObject>): KubernetesObject {
  const renamed = Object.entries(event).map(([name, value]) => [
    Object.hasOwn(newerEventFields, name) ? newerEventFields[name] : name,
    value,
  ]);
  return {
    ...(Object.fromEntries(renamed) as KubernetesObject),
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
  };
}
