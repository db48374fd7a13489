/**
 * Where in one cluster a user may do something with one resource: the outcome of all reviews, in the form
 * that SQL takes. What is not in it is refused.
 */
export type ResourceScope = {
  readonly cluster: string;
  readonly group: string;
  readonly resource: string;
  readonly where: Where;
};

/** Everywhere (cluster-scoped objects too), or in these namespaces and, beyond them, these single objects. */
export type Where =
  | { readonly kind: 'everywhere' }
  | {
      readonly kind: 'listed';
      readonly namespaces: readonly string[];
      /** Allowed by name alone (`resourceNames`); namespace `''` for cluster-scoped objects. */
      readonly objects: readonly { readonly namespace: string; readonly name: string }[];
      /** Objects of these names are allowed everywhere. */
      readonly names: readonly string[];
    };

/** What a user may see of Kubernetes events in one cluster. */
export type EventScope = {
  readonly cluster: string;
  /** Where the user may list events. */
  readonly events: Where;
  /** Resources whose objects the user may get, and so may read the events about them. */
  readonly involved: readonly Omit<ResourceScope, 'cluster'>[];
};

export function isNowhere(where: Where): boolean {
  if (where.kind === 'everywhere') return false;
  return where.namespaces.length + where.objects.length + where.names.length === 0;
}
