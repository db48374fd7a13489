import type { MirroredObject } from '../../../lib/core/mirrored-object.ts';
import type { VersionsOf } from '../../../lib/postgres/list-versions.ts';

/** The versions that go with an object which the caller may get. */
export function versionsOf(object: MirroredObject): VersionsOf {
  const { cluster_name: cluster, uid, api_group: group, resource } = object;
  return { cluster, uid, group, resource };
}
