import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** One Kubernetes object of `knative/`, with the file that holds it. */
export type Manifest = {
  readonly file: string;
  /** The first folder below `knative/`, such as `resources-ingester` or `base`. */
  readonly folder: string;
  readonly documents: number;
  readonly object: KubernetesManifest;
};

export type KubernetesManifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
};

/** Every object under `knative/` but kustomizations, overlays' patches and what is no Kubernetes object. */
export function readKnative(): Manifest[] {
  return globSync('knative/*/*.yaml')
    .filter(
      (file) => basename(file) !== 'kustomization.yaml' && !/^knative\/(?:telemetry|overlays)\//.test(file),
    )
    .sort()
    .map((file) => {
      const documents = parseAllDocuments(readFileSync(file, 'utf8'));
      return {
        file,
        folder: file.split('/')[1] ?? '',
        documents: documents.length,
        object: documents[0]?.toJS() as KubernetesManifest,
      };
    });
}
