import type { KubernetesObject } from '../../../core/kubernetes-object.ts';

/** The object with the status of the live one, or with none. */
export function keepStatus(object: KubernetesObject, before: KubernetesObject | undefined): KubernetesObject {
  const { status: _status, ...rest } = object;
  const kept = before?.['status'];
  return (kept === undefined ? rest : { ...rest, status: kept }) as KubernetesObject;
}
