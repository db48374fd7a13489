import type { Definition } from '../registry/definition.ts';

/** An API group as it is served now: its versions by priority, each with its resources. */
export type ServedGroup = {
  readonly name: string;
  readonly versions: ReadonlyMap<string, readonly Definition[]>;
};

/** Groups and versions in the order in which the definitions name them. */
export function groupsOf(definitions: readonly Definition[]): readonly ServedGroup[] {
  return [...Map.groupBy(definitions, (definition) => definition.group)].map(([name, members]) => ({
    name,
    versions: Map.groupBy(members, (definition) => definition.version),
  }));
}
