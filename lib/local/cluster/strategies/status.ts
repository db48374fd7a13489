import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Strategy } from './strategy.ts';

/** Adds the rule of resources with a status subresource: their main endpoint never changes the status. */
export function withStatus(own: Strategy): Strategy {
  return {
    ...own,
    prepare: (object, before) => {
      const kept = keepStatus(object, before);
      return own.prepare?.(kept, before) ?? kept;
    },
  };
}

/** The object with the status of the live one, or with none. */
export function keepStatus(object: KubernetesObject, before: KubernetesObject | undefined): KubernetesObject {
  const { status: _status, ...rest } = object;
  const kept = before?.['status'];
  return (kept === undefined ? rest : { ...rest, status: kept }) as KubernetesObject;
}
