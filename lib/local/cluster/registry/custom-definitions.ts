import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import { type ServedSubresource, storageVersionHash, type Verb } from '../kinds.ts';
import type { Conversion, CustomVersion, Definition, PrinterColumn, ScalePaths } from './definition.ts';

/** The parts of a CustomResourceDefinition that serving needs, as stored. */
export type CustomResourceDefinition = {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: CustomNames;
    readonly preserveUnknownFields?: boolean;
    readonly versions: readonly CustomVersionSpec[];
  };
  readonly status?: {
    readonly conditions?:
      | readonly {
          readonly type: string;
          readonly status: string;
          readonly reason?: string;
          readonly message?: string;
          readonly lastTransitionTime?: string;
        }[]
      | null;
    readonly acceptedNames?: CustomNames;
    readonly storedVersions?: readonly string[];
  };
};

export type CustomNames = {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
};

export type CustomVersionSpec = {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: Readonly<Record<string, unknown>> };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
};

/** Holds a definition in deletion until its instances are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** The order in which a real server lists them. */
const customVerbs: readonly Verb[] = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
];

const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** Definitions of all served versions, by priority; all share the storage of the storage version. */
export function customDefinitions(crd: CustomResourceDefinition): readonly Definition[] {
  const { group, scope, versions } = crd.spec;
  const names = crd.status?.acceptedNames ?? crd.spec.names;
  const stored = versions.find((version) => version.storage);
  if (stored === undefined) return [];
  const served = versions.filter((version) => version.served);
  return served
    .toSorted((a, b) => compareVersions(a.name, b.name))
    .map((version) => ({
      group,
      version: version.name,
      resource: names.plural,
      kind: names.kind,
      listKind: names.listKind ?? `${names.kind}List`,
      singular: names.singular ?? names.kind.toLowerCase(),
      namespaced: scope === 'Namespaced',
      verbs: customVerbs,
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
      subresources: subresourcesOf(version, names.kind),
      storageVersionHash: storageVersionHash({ group, version: stored.name, kind: names.kind }),
      storage: customStorage(crd.spec),
      custom: customVersion(crd, version),
      selectableFields: (version.selectableFields ?? []).map((field) => field.jsonPath.replace(/^\./, '')),
      conversion: version.name === stored.name ? undefined : renaming(group, stored.name, version.name),
    }));
}

/** Where the instances of a CustomResourceDefinition are stored. */
export function customStorage(spec: CustomResourceDefinition['spec']): string {
  return `${spec.group}/${spec.names.plural}`;
}

function customVersion(crd: CustomResourceDefinition, version: CustomVersionSpec): CustomVersion {
  const apiVersion = `${crd.spec.group}/${version.name}`;
  return {
    crdName: crd.metadata.name,
    crdUid: crd.metadata.uid,
    schema: version.schema?.openAPIV3Schema,
    preserveUnknownFields: crd.spec.preserveUnknownFields === true,
    hasStatus: version.subresources?.status !== undefined,
    scale: version.subresources?.scale,
    printerColumns: version.additionalPrinterColumns ?? [ageColumn],
    deprecationWarning:
      version.deprecated === true
        ? (version.deprecationWarning ?? `${apiVersion} ${crd.spec.names.kind} is deprecated`)
        : undefined,
  };
}

function subresourcesOf(version: CustomVersionSpec, kind: string): readonly ServedSubresource[] {
  const verbs: readonly Verb[] = ['get', 'patch', 'update'];
  return [
    ...(version.subresources?.status === undefined ? [] : [{ name: 'status', kind, verbs }]),
    ...(version.subresources?.scale === undefined
      ? []
      : [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs }]),
  ];
}

/** Conversion strategy None: only the apiVersion differs. */
function renaming(group: string, stored: string, served: string): Conversion {
  const named = (version: string) => (object: Readonly<KubernetesObject>) => ({
    ...object,
    apiVersion: `${group}/${version}`,
  });
  return { toStored: named(stored), fromStored: named(served) };
}

/**
 * Kubernetes' version priority, highest first: v2 before v1, releases before beta before alpha, and names of
 * another form last, in alphabetical order.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [priority(a), priority(b)];
  if (left === undefined || right === undefined) {
    if (left !== right) return left === undefined ? 1 : -1;
    return a < b ? -1 : 1;
  }
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2];
}

function priority(version: string): [stability: number, major: number, minor: number] | undefined {
  const match = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  if (match === null) return undefined;
  const stability = { alpha: 0, beta: 1 }[match[2] ?? ''] ?? 2;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}
