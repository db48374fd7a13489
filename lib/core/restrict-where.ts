import type { Where } from './access-scope.ts';

/** The part of the rights that counts in one namespace (`''` for cluster-scoped objects). */
export function restrictWhere(where: Where, namespace: string): Where {
  if (where.kind === 'everywhere') return where;
  return {
    kind: 'listed',
    namespaces: where.namespaces.filter((other) => other === namespace),
    objects: where.objects.filter((object) => object.namespace === namespace),
    names: where.names,
  };
}
