import { type FieldSet, insertPath, newFieldSet } from './field-set.ts';

/** Fields that belong to the server: nobody manages them. */
export const unownedFields: FieldSet = (() => {
  const set = newFieldSet();
  const metadata = [
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ];
  for (const path of [
    ['apiVersion'],
    ['kind'],
    ['metadata'],
    ...metadata.map((name) => ['metadata', name]),
  ]) {
    insertPath(
      set,
      path.map((name) => `f:${name}`),
    );
  }
  return set;
})();

/** The set of whole top-level fields, such as the status that the main resource does not take. */
export function topLevelFields(names: readonly string[]): FieldSet {
  return { members: new Set(names.map((name) => `f:${name}`)), children: new Map() };
}
