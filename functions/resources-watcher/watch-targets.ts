import type { CustomResource } from '../../lib/core/custom-resource.ts';
import type { DiscoveredResource } from '../../lib/core/discovered-resource.ts';
import type { ResourceKind } from '../../lib/core/resource-kind.ts';
import { targetKey, type WatchTarget } from '../../lib/core/watch-target.ts';

export type WatchTargets = {
  /** By key; a target whose kind changed under the same key is another one. */
  readonly targets: ReadonlyMap<string, WatchTarget>;
  /** Static kinds that the API server does not serve, or not so that they can be watched. */
  readonly unserved: readonly ResourceKind[];
};

/**
 * What should be followed now: static kinds as far as they are served, and the established custom resources of
 * the managed groups. With NAMESPACES there is one reflector per namespace, for namespaced resources only.
 */
export function watchTargets(options: {
  readonly staticKinds: readonly ResourceKind[];
  readonly managedGroups: ReadonlySet<string>;
  readonly definitions: readonly CustomResource[];
  readonly served: readonly DiscoveredResource[];
  readonly namespaces: readonly string[];
}): WatchTargets {
  const targets = new Map<string, WatchTarget>();
  const unserved: ResourceKind[] = [];
  const add = (kind: ResourceKind, namespaced: boolean, custom: boolean) => {
    const scopes = namespaced && options.namespaces.length > 0 ? options.namespaces : [''];
    for (const namespace of scopes) {
      targets.set(targetKey({ kind, namespace }), { kind, namespace, custom });
    }
  };
  const isDefined = new Set(options.definitions.map(({ group, resource }) => `${group}/${resource}`));
  const served = new Map(options.served.map((resource) => [versionKey(resource), resource]));
  for (const kind of options.staticKinds) {
    const found = served.get(versionKey(kind));
    if (found?.verbs.includes('list') === true && found.verbs.includes('watch')) {
      add(kind, found.namespaced, isDefined.has(`${kind.group}/${kind.resource}`));
    } else unserved.push(kind);
  }
  const isStatic = new Set(options.staticKinds.map((kind) => `${kind.group}/${kind.resource}`));
  for (const { namespaced, ...kind } of options.definitions) {
    if (!options.managedGroups.has(kind.group) || isStatic.has(`${kind.group}/${kind.resource}`)) continue;
    add(kind, namespaced, true);
  }
  return { targets, unserved };
}

function versionKey(kind: Pick<ResourceKind, 'group' | 'version' | 'resource'>): string {
  return `${kind.group}/${kind.version}/${kind.resource}`;
}
