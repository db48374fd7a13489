import type { KubernetesObject } from '../../../core/kubernetes-object.ts';
import type { Definition } from '../registry/definition.ts';
import type { Strategy } from '../strategies/strategy.ts';
import type { FieldProblem } from '../validation/field-problem.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../validation/object-meta.ts';

/** Everything that is wrong with an object about to be written, in the order in which the server says it. */
export function objectProblems(
  definition: Definition,
  object: KubernetesObject,
  before: KubernetesObject | undefined,
  strategy: Strategy,
): readonly FieldProblem[] {
  const own = strategy.validate?.(object, before, definition) ?? [];
  if (before === undefined) return [...validateObjectMeta(object.metadata, definition), ...own];
  // The server checks metadata twice on updates: once for every kind, and once in the rules of each.
  const metadata = validateObjectMetaUpdate(object.metadata, before.metadata);
  return [...metadata, ...metadata, ...own];
}
