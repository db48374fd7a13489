import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Conversion } from './definition.ts';

/** Fields of core/v1 Events by their names in events.k8s.io/v1; all others are called the same. */
const renamed = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

/** Both API groups serve one store of events, kept as core/v1. */
export const eventConversion: Conversion = {
  toStored: (object) => ({ ...rename(object, 1, 0), apiVersion: 'v1', kind: 'Event' }),
  fromStored: (object) => ({ ...rename(object, 0, 1), apiVersion: 'events.k8s.io/v1', kind: 'Event' }),
};

function rename(object: Readonly<KubernetesObject>, from: 0 | 1, to: 0 | 1): KubernetesObject {
  const result: KubernetesObject = { ...object };
  for (const pair of renamed) {
    const value = result[pair[from]];
    delete result[pair[from]];
    if (value !== undefined) result[pair[to]] = value;
  }
  return result;
}
