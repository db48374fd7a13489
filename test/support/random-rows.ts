import fc from 'fast-check';
import type { EventFixture } from './insert-events.ts';
import type { ResourceFixture } from './insert-resources.ts';
import { randomNames, randomNamespaces } from './random-rbac.ts';

export type RandomObject = ResourceFixture & {
  readonly uid: string;
  readonly cluster_name: string;
  readonly api_group: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly deleted_at: string | null;
};

export type RandomEvent = EventFixture & {
  readonly uid: string;
  readonly namespace: string;
  readonly involved_object_group: string;
  readonly involved_object_resource: string | null;
  readonly involved_object_namespace: string;
  readonly involved_object_name: string;
  readonly involved_object_uid: string;
};

/** What the mirror has of one cluster. */
export type RandomRows = {
  readonly objects: readonly RandomObject[];
  readonly events: readonly RandomEvent[];
};

const kinds = [
  { api_group: '', resource: 'pods', kind: 'Pod', places: randomNamespaces },
  { api_group: 'apps', resource: 'deployments', kind: 'Deployment', places: randomNamespaces },
  { api_group: '', resource: 'nodes', kind: 'Node', places: [''] },
  { api_group: '', resource: 'namespaces', kind: 'Namespace', places: [''] },
] as const;

const universe = kinds.flatMap(({ places, ...kind }) =>
  places.flatMap((namespace) => randomNames.map((name) => ({ ...kind, namespace, name }))),
);

/** Objects of four kinds, some of them deleted, and events about these and about what is not there. */
export function randomRows(cluster: string): fc.Arbitrary<RandomRows> {
  const uidOf = (one: (typeof universe)[number]): string =>
    [cluster, one.resource, one.namespace, one.name].join('-');
  const objects = fc
    .tuple(
      fc.subarray(universe, { minLength: 6 }),
      fc.infiniteStream(fc.constantFrom({}, { app: 'a' }, { app: 'b' })),
      fc.infiniteStream(fc.constantFrom(null, null, '2026-11-20T11:00:00Z')),
    )
    .map(([chosen, labels, deletions]) =>
      chosen.map(
        (one): RandomObject => ({
          ...one,
          cluster_name: cluster,
          uid: uidOf(one),
          api_version: 'v1',
          labels: take(labels),
          deleted_at: take(deletions),
        }),
      ),
    );
  const event = fc.record({
    about: fc.constantFrom(...universe),
    known: fc.constantFrom(true, true, true, false),
    type: fc.constantFrom('Normal', 'Warning'),
  });
  const events = fc.array(event, { minLength: 6, maxLength: 16 }).map((given) =>
    given.map(
      ({ about, known, type }, index): RandomEvent => ({
        name: `${cluster}-event-${index}`,
        uid: `${cluster}-event-${index}`,
        cluster_name: cluster,
        // As the API server takes them: those about cluster-scoped objects are in `default`.
        namespace: about.namespace === '' ? 'default' : about.namespace,
        event_type: type,
        resource_kind: `v1.${about.kind}`,
        involved_object_kind: about.kind,
        involved_object_group: about.api_group,
        involved_object_resource: known ? about.resource : null,
        involved_object_namespace: about.namespace,
        involved_object_name: about.name,
        involved_object_uid: uidOf(about),
      }),
    ),
  );
  return fc.record({ objects, events });
}

function take<T>(stream: Iterator<T>): T {
  const { done, value } = stream.next();
  if (done) throw new Error('Cannot take from a stream: it has ended, expected it to be infinite');
  return value;
}
