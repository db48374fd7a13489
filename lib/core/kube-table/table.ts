import type { KubernetesObject } from '../kubernetes-object.ts';
import type { PrintedRow, TableColumn, TablePrinter } from './table-printer.ts';

export type Table = {
  readonly kind: 'Table';
  readonly apiVersion: 'meta.k8s.io/v1' | 'meta.k8s.io/v1beta1';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly columnDefinitions: readonly TableColumn[];
  readonly rows: readonly (PrintedRow & { readonly object: unknown })[];
};

/** Renders objects as the API server does where a client asks for `as=Table;g=meta.k8s.io`. */
export function renderTable(
  printer: TablePrinter,
  objects: readonly Readonly<KubernetesObject>[],
  options: {
    readonly now: Date;
    /** As the query parameter says; anything but `None` and `Object` counts as `Metadata`. */
    readonly includeObject: string;
    readonly version: 'v1' | 'v1beta1';
    /** Of the list, or of the one object. */
    readonly metadata: Readonly<Record<string, unknown>>;
  },
): Table {
  const apiVersion = `meta.k8s.io/${options.version}` as const;
  return {
    kind: 'Table',
    apiVersion,
    metadata: options.metadata,
    columnDefinitions: printer.columns,
    rows: objects.map((object) => ({
      ...printer.print(object, options.now),
      object: included(object, options.includeObject, apiVersion),
    })),
  };
}

function included(object: Readonly<KubernetesObject>, includeObject: string, apiVersion: string): unknown {
  if (includeObject === 'None') return null;
  if (includeObject === 'Object') return object;
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata };
}
