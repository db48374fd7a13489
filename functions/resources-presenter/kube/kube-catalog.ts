import { z } from 'zod';
import type { DiscoveredResource, Discovery } from '../../../lib/core/discovered-resource.ts';
import { parseExactJson, stringifyExactJson } from '../../../lib/core/exact-json.ts';
import { newerEvent } from '../../../lib/core/kube-api/newer-event.ts';
import { type CustomColumn, customPrinter } from '../../../lib/core/kube-table/custom-printer.ts';
import { printerOf } from '../../../lib/core/kube-table/printer-columns.ts';
import type { TablePrinter } from '../../../lib/core/kube-table/table-printer.ts';
import type { KubernetesObject } from '../../../lib/core/kubernetes-object.ts';
import { createTtlCache } from '../../../lib/core/ttl-cache.ts';
import type { MirroredKind } from '../../../lib/postgres/list-kinds.ts';

/** One resource as the read API serves it. */
export type ServedResource = DiscoveredResource & {
  readonly printer: TablePrinter;
  /** Paths that its CustomResourceDefinition makes selectable; absent for built-in resources. */
  readonly customFields?: readonly string[];
  /** From the text that is stored to the one that is shown, where these differ. */
  readonly show?: (raw: string) => string;
};

export type KubeCatalog = {
  /** All resources of a cluster that are mirrored. */
  readonly list: (cluster: string) => Promise<readonly DiscoveredResource[]>;
  readonly find: (
    cluster: string,
    wanted: { readonly group: string; readonly version: string; readonly resource: string },
  ) => Promise<ServedResource | undefined>;
};

export type CatalogDependencies = {
  readonly listKinds: (cluster: string) => Promise<readonly MirroredKind[]>;
  /** What the cluster itself serves: short names, categories and what else the mirror does not know. */
  readonly discover: (cluster: string) => Promise<Discovery | undefined>;
  readonly getDefinition: (cluster: string, name: string) => Promise<unknown>;
  readonly now: () => number;
};

/** New kinds show up after this at the latest. */
const listTtlMs = 5_000;
const definitionTtlMs = 10_000;
const maxCached = 500;

/** Kubernetes events are mirrored apart from all other objects, in the core group's form. */
const coreEvents: DiscoveredResource = {
  group: '',
  version: 'v1',
  resource: 'events',
  kind: 'Event',
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
};

const newerEvents: DiscoveredResource = { ...coreEvents, group: 'events.k8s.io' };

const versionSchema = z.object({
  name: z.string(),
  additionalPrinterColumns: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        jsonPath: z.string(),
        format: z.string().optional(),
        description: z.string().optional(),
        priority: z.number().optional(),
      }),
    )
    .optional(),
  selectableFields: z.array(z.object({ jsonPath: z.string() })).optional(),
});

const definitionSchema = z.object({ spec: z.object({ versions: z.array(versionSchema) }) });

/** What every custom resource without columns of its own shows. */
const ageColumn: CustomColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** Which resources can be read, and how they are called and shown: from the mirror, completed by the cluster. */
export function createKubeCatalog(deps: CatalogDependencies): KubeCatalog {
  const lists = createTtlCache<Promise<readonly DiscoveredResource[]>>({
    maxEntries: maxCached,
    now: deps.now,
  });
  const definitions = createTtlCache<Promise<unknown>>({ maxEntries: maxCached, now: deps.now });

  const list = (cluster: string): Promise<readonly DiscoveredResource[]> => {
    const known = lists.get(cluster);
    if (known !== undefined) return known;
    const reading = readList(cluster, deps);
    lists.set(cluster, reading, listTtlMs);
    reading.catch(() => lists.delete(cluster));
    return reading;
  };

  const definitionOf = (cluster: string, name: string): Promise<unknown> => {
    const key = `${cluster}/${name}`;
    const known = definitions.get(key);
    if (known !== undefined) return known;
    const reading = deps.getDefinition(cluster, name);
    definitions.set(key, reading, definitionTtlMs);
    reading.catch(() => definitions.delete(key));
    return reading;
  };

  return {
    list,
    find: async (cluster, { group, version, resource }) => {
      const served = (await list(cluster)).find(
        (one) => one.group === group && one.version === version && one.resource === resource,
      );
      if (served === undefined) return undefined;
      const definition = definitionSchema.safeParse(await definitionOf(cluster, `${resource}.${group}`));
      if (!definition.success) {
        const show = group === newerEvents.group ? { show: showNewer } : {};
        return { ...served, ...show, printer: printerOf(served) };
      }
      const found = definition.data.spec.versions.find(({ name }) => name === version);
      return {
        ...served,
        printer: customPrinter(
          (found?.additionalPrinterColumns as CustomColumn[] | undefined) ?? [ageColumn],
        ),
        customFields: (found?.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
      };
    },
  };
}

async function readList(cluster: string, deps: CatalogDependencies): Promise<readonly DiscoveredResource[]> {
  const [kinds, discovery] = await Promise.all([deps.listKinds(cluster), deps.discover(cluster)]);
  const mirrored = kinds.flatMap((kind): DiscoveredResource[] => {
    const known = discovery?.resources.find(
      (resource) =>
        resource.group === kind.group &&
        resource.version === kind.version &&
        resource.resource === kind.resource,
    );
    const { group, version, resource } = kind;
    const shown = kind.kind === null ? known : kind;
    // Nobody knows what it is called: it has no objects, and its cluster is another one or serves it no more.
    if (shown === undefined) return [];
    return [
      {
        group,
        version,
        resource,
        kind: shown.kind,
        singular: known?.singular ?? shown.kind.toLowerCase(),
        shortNames: known?.shortNames ?? [],
        categories: known?.categories ?? [],
        namespaced: known?.namespaced ?? shown.namespaced,
        verbs: ['get', 'list', 'watch'],
      },
    ];
  });
  return [coreEvents, newerEvents, ...mirrored].sort(inOrderOf(discovery));
}

function showNewer(raw: string): string {
  return stringifyExactJson(newerEvent(parseExactJson(raw) as KubernetesObject)) ?? raw;
}

/** The cluster's own order, which decides whom a short name that several kinds have belongs to. */
function inOrderOf(
  discovery: Discovery | undefined,
): (a: DiscoveredResource, b: DiscoveredResource) => number {
  const places = new Map(
    discovery?.resources.map(({ group, resource }, index) => [`${group}/${resource}`, index]),
  );
  const placeOf = ({ group, resource }: DiscoveredResource): number =>
    places.get(`${group}/${resource}`) ?? Number.MAX_SAFE_INTEGER;
  return (a, b) => placeOf(a) - placeOf(b);
}
