import type { ServedSubresource } from '../kinds.ts';
import type { Definition } from '../registry/definition.ts';
import { groupsOf, type ServedGroup } from './served-groups.ts';

/** `/api` */
export function apiVersions(serverAddress: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** `/apis` */
export function apiGroupList(definitions: readonly Definition[]): object {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groupsOf(definitions)
      .filter((group) => group.name !== '')
      .map(groupFields),
  };
}

/** `/apis/<group>`; undefined for a group that is not served. */
export function apiGroup(definitions: readonly Definition[], name: string): object | undefined {
  const group = groupsOf(definitions).find((known) => known.name === name && name !== '');
  return group === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) };
}

/** `/api/v1` and `/apis/<group>/<version>`; undefined for a version that is not served. */
export function apiResourceList(
  definitions: readonly Definition[],
  name: string,
  version: string,
): object | undefined {
  const group = groupsOf(definitions).find((known) => known.name === name);
  const resources = group?.versions.get(version);
  if (resources === undefined) return undefined;
  return {
    kind: 'APIResourceList',
    // The core group is older than this field.
    ...(name === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: name === '' ? version : `${name}/${version}`,
    resources: resources.flatMap(resourceFields),
  };
}

function groupFields(group: ServedGroup): object {
  const versions = [...group.versions.keys()].map((version) => ({
    groupVersion: `${group.name}/${version}`,
    version,
  }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

function resourceFields(definition: Definition): object[] {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories, storageVersionHash } =
    definition;
  return [
    {
      name: resource,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
      ...(storageVersionHash === undefined ? {} : { storageVersionHash }),
    },
    ...definition.subresources.map((subresource) => subresourceFields(definition, subresource)),
  ];
}

function subresourceFields(definition: Definition, subresource: ServedSubresource): object {
  const { name, group, version, kind, verbs } = subresource;
  return {
    name: `${definition.resource}/${name}`,
    singularName: '',
    namespaced: definition.namespaced,
    ...(group === undefined ? {} : { group }),
    ...(version === undefined ? {} : { version }),
    kind,
    verbs,
  };
}
