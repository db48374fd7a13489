import type { DiscoveredResource } from './discovered-resource.ts';

type Json = Readonly<Record<string, unknown>>;

/** Resources of an `APIGroupDiscoveryList`, the aggregated form; the same shape in v2 and v2beta1. */
export function parseAggregatedDiscovery(body: unknown): {
  readonly resources: readonly DiscoveredResource[];
  readonly unknown: readonly string[];
} {
  const resources: DiscoveredResource[] = [];
  const unknown: string[] = [];
  for (const group of records((body as Json | null)?.['items'])) {
    const name = text((group['metadata'] as Json | undefined)?.['name']);
    for (const version of records(group['versions'])) {
      const versionName = text(version['version']);
      // The server keeps serving what it last knew of an aggregated API that does not answer.
      if (version['freshness'] === 'Stale') unknown.push(`${name}/${versionName}`);
      for (const resource of records(version['resources'])) {
        const kind = text((resource['responseKind'] as Json | undefined)?.['kind']);
        const plural = text(resource['resource']);
        if (plural === '' || kind === '') continue;
        resources.push({
          group: name,
          version: versionName,
          resource: plural,
          kind,
          namespaced: resource['scope'] === 'Namespaced',
          verbs: texts(resource['verbs']),
          singular: text(resource['singularResource']),
          shortNames: texts(resource['shortNames']),
          categories: texts(resource['categories']),
        });
      }
    }
  }
  return { resources, unknown };
}

/** Resources of an `APIResourceList`, the answer of `/api/v1` or `/apis/<group>/<version>`. */
export function parseResourceList(
  body: unknown,
  group: string,
  version: string,
): readonly DiscoveredResource[] {
  return records((body as Json | null)?.['resources'])
    .filter((resource) => !text(resource['name']).includes('/'))
    .map((resource) => ({
      group,
      version,
      resource: text(resource['name']),
      kind: text(resource['kind']),
      namespaced: resource['namespaced'] === true,
      verbs: texts(resource['verbs']),
      singular: text(resource['singularName']),
      shortNames: texts(resource['shortNames']),
      categories: texts(resource['categories']),
    }));
}

/** Group and version pairs of an `APIGroupList`, the preferred version of each group first. */
export function parseGroupList(
  body: unknown,
): readonly { readonly group: string; readonly version: string }[] {
  return records((body as Json | null)?.['groups']).flatMap((group) => {
    const preferred = text((group['preferredVersion'] as Json | undefined)?.['version']);
    const versions = records(group['versions']).map((version) => text(version['version']));
    return [preferred, ...versions.filter((version) => version !== preferred)]
      .filter((version) => version !== '')
      .map((version) => ({ group: text(group['name']), version }));
  });
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value)
    ? value.filter((item): item is Json => typeof item === 'object' && item !== null)
    : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
