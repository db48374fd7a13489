import type { ClusterState } from '../cluster-state.ts';
import type { Definition } from './definition.ts';

/** The definition of the version in which a resource's objects are stored. */
export function storedDefinition(
  cluster: Pick<ClusterState, 'registry'>,
  definition: Definition,
): Definition {
  if (definition.conversion === undefined) return definition;
  const stored = cluster.registry
    .all()
    .find((known) => known.storage === definition.storage && known.conversion === undefined);
  // The storage version of a custom resource need not be served; its objects need no type to be written.
  return stored ?? definition;
}
