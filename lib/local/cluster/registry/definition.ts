import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ServedResource } from '../kinds.ts';

/** One version of one resource as it is served, built-in or from a CustomResourceDefinition. */
export type Definition = ServedResource & {
  readonly listKind: string;
  /** Where its objects are stored; versions and API groups of the same objects share it. */
  readonly storage: string;
  readonly custom: CustomVersion | undefined;
  /** Fields that selectors may name, beside metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** To and from the stored version; undefined where this is the stored version. */
  readonly conversion: Conversion | undefined;
};

export type Conversion = {
  readonly toStored: (object: KubernetesObject) => KubernetesObject;
  readonly fromStored: (object: Readonly<KubernetesObject>) => KubernetesObject;
};

/** What a CustomResourceDefinition says about one of its versions. */
export type CustomVersion = {
  readonly crdName: string;
  readonly crdUid: string;
  /** `openAPIV3Schema`, as JSON. */
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly preserveUnknownFields: boolean;
  readonly hasStatus: boolean;
  readonly scale: ScalePaths | undefined;
  readonly printerColumns: readonly PrinterColumn[];
  readonly deprecationWarning: string | undefined;
};

export type ScalePaths = {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
};

export type PrinterColumn = {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
};
