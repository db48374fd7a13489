import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Answer } from '../http/answer.ts';
import type { Definition } from '../registry/definition.ts';
import type { StoredObject } from '../store/stored-object.ts';
import type { FieldProblem } from '../validation/field-problem.ts';
import type { DeleteOptions } from '../writes/delete-options.ts';

/**
 * What is particular about one resource's writes. Every function gets complete objects and returns new ones;
 * `before` is the live object of an update and undefined for a create.
 */
export type Strategy = {
  /** Defaults of decoding: part of what a client counts as having set. */
  readonly defaults?: (object: KubernetesObject) => KubernetesObject;
  /** The status is written through its own endpoint; the main one keeps what is there. */
  readonly hasStatus?: boolean;
  /** Fields that the server owns, put (back) to what they must be: not attributed to the client. */
  readonly prepare?: (object: KubernetesObject, before: KubernetesObject | undefined) => KubernetesObject;
  /** The same for an update of the status subresource, where only the status is the client's. */
  readonly prepareStatus?: (object: KubernetesObject, before: KubernetesObject) => KubernetesObject;
  /** What admission adds: not attributed to the client. @throws StatusError where admission refuses */
  readonly admit?: (
    cluster: ClusterState,
    object: KubernetesObject,
    before: KubernetesObject | undefined,
  ) => KubernetesObject;
  readonly validate?: (
    object: KubernetesObject,
    before: KubernetesObject | undefined,
    /** The version that was asked for. */
    definition: Definition,
  ) => readonly FieldProblem[];
  /** True where `metadata.generation` counts changes of what is wanted. */
  readonly hasGeneration?: boolean;
  /** PUT creates a missing object. */
  readonly createsOnUpdate?: boolean;
  /** An update must say which version it replaces. */
  readonly needsVersion?: boolean;
  /** A deletion answers with the object instead of a Status. */
  readonly returnsDeleted?: boolean;
  /** What happens to dependents where a deletion says nothing; undefined leaves it to the collector. */
  readonly defaultPropagation?: 'Orphan';
  /** Seconds that a deletion gives the object; undefined where it goes at once. */
  readonly graceSeconds?: (object: KubernetesObject, asked: number | undefined) => number | undefined;
  /** A deletion of its own kind; undefined lets the general one go on. */
  readonly remove?: (
    cluster: ClusterState,
    definition: Definition,
    stored: StoredObject,
    options: DeleteOptions,
  ) => Answer | undefined;
};
