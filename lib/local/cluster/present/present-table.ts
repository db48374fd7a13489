import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Negotiated } from '../http/negotiate.ts';
import type { Definition } from '../registry/definition.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { presentMetadata } from './present-metadata.ts';
import { presentObject } from './present-object.ts';

/** `as=Table`: one row per object, as `kubectl get` prints them. */
export function presentTable(
  definition: Definition,
  items: readonly StoredObject[],
  options: {
    readonly now: () => Date;
    /** `includeObject`: `None`, `Metadata` (also the default) or `Object`. */
    readonly includeObject: string;
    readonly metaVersion: Negotiated['metaVersion'];
  },
): Readonly<Record<string, unknown>> {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.metaVersion}`,
    metadata: items.length === 1 ? { resourceVersion: String(items[0]?.revision) } : {},
    columnDefinitions: [{ name: 'Name', type: 'string', format: 'name', description: 'Name', priority: 0 }],
    rows: items.map((stored) => {
      const object = presentObject(definition, stored);
      return { cells: [stored.name], object: included(object, options) };
    }),
  };
}

function included(
  object: Readonly<KubernetesObject>,
  options: { readonly includeObject: string; readonly metaVersion: Negotiated['metaVersion'] },
): unknown {
  if (options.includeObject === 'None') return null;
  if (options.includeObject === 'Object') return object;
  return presentMetadata(object, options.metaVersion);
}
