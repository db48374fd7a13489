import type { CustomResource } from '../../lib/core/custom-resource.ts';
import type { Discovery } from '../../lib/core/discovered-resource.ts';
import type { ResourceKind } from '../../lib/core/resource-kind.ts';
import { targetKey, type WatchTarget } from '../../lib/core/watch-target.ts';

export type WatchTargets = {
  /** By key; a target whose kind changed under the same key is another one. */
  readonly targets: ReadonlyMap<string, WatchTarget>;
  /** Static kinds that the API server does not serve, or not so that they can be watched. */
  readonly unserved: readonly ResourceKind[];
  /** Established definitions that discovery does not show yet: it lags by a second or so. */
  readonly awaited: readonly ResourceKind[];
};

/**
 * What should be followed now: static kinds as far as they are served, and the established custom resources of
 * the managed groups. With NAMESPACES there is one reflector per namespace, for namespaced resources only.
 * What discovery could not find out stays as it was: an aggregated API server that is down is not gone.
 */
export function watchTargets(options: {
  readonly staticKinds: readonly ResourceKind[];
  readonly managedGroups: ReadonlySet<string>;
  readonly definitions: readonly CustomResource[];
  readonly discovery: Discovery;
  readonly namespaces: readonly string[];
  readonly previous: ReadonlyMap<string, WatchTarget> | undefined;
}): WatchTargets {
  const targets = new Map<string, WatchTarget>();
  const unserved: ResourceKind[] = [];
  const awaited: ResourceKind[] = [];
  const add = (kind: ResourceKind, namespaced: boolean, custom: boolean) => {
    const scopes = namespaced && options.namespaces.length > 0 ? options.namespaces : [''];
    for (const namespace of scopes) {
      targets.set(targetKey({ kind, namespace }), { kind, namespace, custom });
    }
  };
  const { resources, unknown } = options.discovery;
  const served = new Map(resources.map((resource) => [versionKey(resource), resource]));
  const isDefined = new Set(options.definitions.map(resourceKey));
  for (const kind of options.staticKinds) {
    const found = served.get(versionKey(kind));
    if (found?.verbs.includes('list') === true && found.verbs.includes('watch')) {
      add(kind, found.namespaced, isDefined.has(resourceKey(kind)));
    } else unserved.push(kind);
  }
  const isStatic = new Set(options.staticKinds.map(resourceKey));
  for (const { namespaced, ...kind } of options.definitions) {
    if (!options.managedGroups.has(kind.group) || isStatic.has(resourceKey(kind))) continue;
    // Its reflector would meet a 404 now.
    if (served.has(versionKey(kind))) add(kind, namespaced, true);
    else awaited.push(kind);
  }
  const isUnknown = new Set(unknown);
  for (const [key, target] of options.previous ?? []) {
    if (!targets.has(key) && isUnknown.has(groupVersion(target.kind))) targets.set(key, target);
  }
  return { targets, unserved, awaited };
}

function groupVersion({ group, version }: ResourceKind): string {
  return `${group}/${version}`;
}

function resourceKey({ group, resource }: ResourceKind): string {
  return `${group}/${resource}`;
}

function versionKey(kind: Pick<ResourceKind, 'group' | 'version' | 'resource'>): string {
  return `${kind.group}/${kind.version}/${kind.resource}`;
}
