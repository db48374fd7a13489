import type { Destination } from './delivery-spec.ts';

export type ResolvedDestination =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'unresolved'; readonly reason: string };

/**
 * The URL of a Trigger's subscriber, as Knative's resolver finds it: Services by name, Brokers by their ingress,
 * a `uri` beside a reference as a path below it.
 * @param where.services base URLs by the name of the Service, Knative's or Kubernetes'
 */
export function resolveDestination(
  destination: Destination,
  where: {
    readonly services: ReadonlyMap<string, string>;
    readonly brokerUrl: (namespace: string, name: string) => string;
    readonly namespace: string;
  },
): ResolvedDestination {
  const { ref, uri } = destination;
  if (ref === undefined) {
    const url = URL.parse(uri ?? '');
    return url === null ? { kind: 'unresolved', reason: `no URL: "${uri}"` } : { kind: 'url', url };
  }
  const base =
    ref.kind === 'Broker'
      ? where.brokerUrl(ref.namespace ?? where.namespace, ref.name)
      : where.services.get(ref.name);
  if (base === undefined) return { kind: 'unresolved', reason: `no service "${ref.name}"` };
  const url = URL.parse(uri ?? '', base);
  return url === null ? { kind: 'unresolved', reason: `no URL: "${base}"` } : { kind: 'url', url };
}
