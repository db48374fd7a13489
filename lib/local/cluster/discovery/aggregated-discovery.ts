import type { Definition } from '../registry/definition.ts';
import { groupsOf, type ServedGroup } from './served-groups.ts';

/** Versions of apidiscovery.k8s.io that clients ask for: v2 since 1.30, v2beta1 before. */
export type DiscoveryVersion = 'v2' | 'v2beta1';

/**
 * All groups, versions and resources in one answer: the core group for `/api`, all others for `/apis`. The
 * answer must carry the version that was asked for, or older clients see no resources at all.
 */
export function aggregatedDiscovery(
  definitions: readonly Definition[],
  root: '/api' | '/apis',
  version: DiscoveryVersion,
): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groupsOf(definitions)
      .filter((group) => (group.name === '') === (root === '/api'))
      .map(groupItem),
  };
}

function groupItem(group: ServedGroup): object {
  return {
    metadata: group.name === '' ? {} : { name: group.name },
    versions: [...group.versions].map(([version, resources]) => ({
      version,
      resources: resources.map(resourceItem),
      freshness: 'Current',
    })),
  };
}

function resourceItem(definition: Definition): object {
  const { resource, kind, namespaced, singular, verbs, shortNames, categories, subresources } = definition;
  // A real server leaves group and version of built-in kinds empty where they are those of the resource.
  const own = definition.custom === undefined ? { group: '', version: '' } : ownVersion(definition);
  return {
    resource,
    responseKind: { ...own, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0
      ? {}
      : {
          subresources: subresources.map((subresource) => ({
            subresource: subresource.name,
            responseKind: {
              group: subresource.group ?? own.group,
              version: subresource.version ?? own.version,
              kind: subresource.kind,
            },
            verbs: subresource.verbs,
          })),
        }),
  };
}

function ownVersion({ group, version }: Definition): { group: string; version: string } {
  return { group, version };
}
