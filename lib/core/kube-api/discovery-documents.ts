import type { DiscoveredResource } from '../discovered-resource.ts';
import { compareVersionPriority } from '../version-priority.ts';

/** `/api` and `/apis` as one answer, as clients since Kubernetes 1.27 ask for it. */
export function aggregatedDiscovery(
  resources: readonly DiscoveredResource[],
  root: '/api' | '/apis',
  version: 'v2' | 'v2beta1',
): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groupsOf(resources)
      .filter(({ group }) => (group === '') === (root === '/api'))
      .map(({ group, versions }) => ({
        metadata: group === '' ? {} : { name: group },
        versions: versions.map(({ name, members }) => ({
          version: name,
          resources: members.map(aggregatedResource),
          freshness: 'Current',
        })),
      })),
  };
}

/** `/api`. */
export function apiVersions(): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

/** `/apis`. */
export function apiGroupList(resources: readonly DiscoveredResource[]): object {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groupsOf(resources)
      .filter(({ group }) => group !== '')
      .map(groupFields),
  };
}

/** `/apis/<group>`; `undefined` for a group without resources. */
export function apiGroup(resources: readonly DiscoveredResource[], name: string): object | undefined {
  const found = groupsOf(resources).find(({ group }) => group === name && group !== '');
  return found === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(found) };
}

/** `/api/v1` and `/apis/<group>/<version>`; `undefined` for a version without resources. */
export function apiResourceList(
  resources: readonly DiscoveredResource[],
  group: string,
  version: string,
): object | undefined {
  const members = resources.filter((resource) => resource.group === group && resource.version === version);
  if (members.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    // The core group is older than this field.
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: members.map(({ resource, singular, namespaced, kind, verbs, shortNames, categories }) => ({
      name: resource,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
    })),
  };
}

type Group = {
  readonly group: string;
  readonly versions: readonly { readonly name: string; readonly members: readonly DiscoveredResource[] }[];
};

/** Groups as they come, their versions by priority. */
function groupsOf(resources: readonly DiscoveredResource[]): Group[] {
  return [...Map.groupBy(resources, ({ group }) => group)].map(([group, members]) => ({
    group,
    versions: [...Map.groupBy(members, ({ version }) => version)]
      .map(([name, ofVersion]) => ({ name, members: ofVersion }))
      .sort((a, b) => compareVersionPriority(a.name, b.name)),
  }));
}

function groupFields({ group, versions }: Group): object {
  const listed = versions.map(({ name }) => ({ groupVersion: `${group}/${name}`, version: name }));
  return { name: group, versions: listed, preferredVersion: listed[0] };
}

function aggregatedResource(resource: DiscoveredResource): object {
  return {
    resource: resource.resource,
    responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
  };
}
