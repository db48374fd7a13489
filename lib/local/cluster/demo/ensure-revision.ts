import { controllerReference } from './owned-object.ts';
import { templateHash } from './template-hash.ts';
import type { DaemonSet, StatefulSet } from './workload-objects.ts';
import type { World } from './world.ts';

/**
 * Keeps the pod template as a ControllerRevision, once for each content.
 * @returns name of the revision of the template as it is now
 */
export async function ensureRevision(world: World, owner: StatefulSet | DaemonSet): Promise<string> {
  const { snapshot, api } = world;
  const { metadata, spec } = owner;
  const hash = templateHash(spec.template);
  const name = `${metadata.name}-${hash}`;
  const owned = snapshot.ownedBy(snapshot.revisions, metadata.uid);
  if (owned.some((revision) => revision.metadata.name === name)) return name;
  const latest = Math.max(0, ...owned.map((revision) => Number(revision['revision'])));
  await api.create({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { ...spec.template.metadata.labels, 'controller.kubernetes.io/hash': hash },
      ownerReferences: [controllerReference(owner)],
    },
    data: { spec: { template: { ...spec.template, $patch: 'replace' } } },
    revision: latest + 1,
  });
  return name;
}
