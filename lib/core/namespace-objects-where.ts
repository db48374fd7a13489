import type { AccessAttributes } from './access-attributes.ts';
import type { Where } from './access-scope.ts';

/**
 * Requests for one Namespace carry its own name as their namespace, so rights inside a namespace count for the
 * object Namespace too, which itself is cluster-scoped: a right to get namespaces in `shop` is a right to get the
 * one object `shop`. Rights to anything else are given back as they are.
 */
export function namespaceObjectsWhere(
  action: Pick<AccessAttributes, 'verb' | 'group' | 'resource'>,
  where: Where,
): Where {
  if (action.verb !== 'get' || action.group !== '' || action.resource !== 'namespaces') return where;
  if (where.kind === 'everywhere') return where;
  const own = [
    ...where.namespaces,
    ...where.objects.filter((object) => object.name === object.namespace).map((object) => object.name),
  ];
  return {
    kind: 'listed',
    namespaces: [],
    objects: own.map((name) => ({ namespace: '', name })),
    names: where.names,
  };
}
