/**
 * A set of field paths, as a tree: `members` are the paths that end here, `children` those that go on.
 * A field can be both: owned itself, and with owned fields below. Path elements are written as in FieldsV1:
 * `f:name` a field, `k:{"name":"c"}` a list item by its keys, `v:"x"` an item by its value, `i:0` by index.
 */
export type FieldSet = {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
};

export const emptyFieldSet: FieldSet = { members: new Set(), children: new Map() };

/** A set that paths are added to. */
export type FieldSetBuilder = {
  readonly members: Set<string>;
  readonly children: Map<string, FieldSetBuilder>;
};

export function newFieldSet(): FieldSetBuilder {
  return { members: new Set(), children: new Map() };
}

/** Adds a path; the empty path, which is the object itself, is never owned. */
export function insertPath(set: FieldSetBuilder, path: readonly string[]): void {
  const last = path.at(-1);
  if (last === undefined) return;
  let node = set;
  for (const element of path.slice(0, -1)) {
    let next = node.children.get(element);
    if (next === undefined) {
      next = newFieldSet();
      node.children.set(element, next);
    }
    node = next;
  }
  node.members.add(last);
}

export function isEmptyFieldSet(set: FieldSet): boolean {
  return set.members.size === 0 && set.children.size === 0;
}

/** The paths below one element. */
export function fieldsBelow(set: FieldSet, element: string): FieldSet {
  return set.children.get(element) ?? emptyFieldSet;
}

export function unionFields(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children);
  for (const [element, below] of b.children) {
    const own = children.get(element);
    children.set(element, own === undefined ? below : unionFields(own, below));
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

/** Paths of `a` that are not in `b`; a path of `b` takes away nothing below it. */
export function differenceOfFields(a: FieldSet, b: FieldSet): FieldSet {
  return combineChildren(a, without(a.members, b.members), (element, below) =>
    differenceOfFields(below, fieldsBelow(b, element)),
  );
}

/** Paths of `a` that are neither in `b` nor below a path of `b`. */
export function recursiveDifferenceOfFields(a: FieldSet, b: FieldSet): FieldSet {
  return combineChildren(a, without(a.members, b.members), (element, below) =>
    b.members.has(element) ? emptyFieldSet : recursiveDifferenceOfFields(below, fieldsBelow(b, element)),
  );
}

export function intersectionOfFields(a: FieldSet, b: FieldSet): FieldSet {
  return combineChildren(a, common(a.members, b.members), (element, below) =>
    intersectionOfFields(below, fieldsBelow(b, element)),
  );
}

function without(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  return new Set([...a].filter((element) => !b.has(element)));
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  return new Set([...a].filter((element) => b.has(element)));
}

function combineChildren(
  set: FieldSet,
  members: ReadonlySet<string>,
  combine: (element: string, below: FieldSet) => FieldSet,
): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, below] of set.children) {
    const combined = combine(element, below);
    if (!isEmptyFieldSet(combined)) children.set(element, combined);
  }
  return { members, children };
}

/** All paths in order: those that end at a level before those that go on, as the server iterates. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  for (const element of [...set.members].sort()) yield [...prefix, element];
  for (const element of [...set.children.keys()].sort()) {
    yield* pathsOf(fieldsBelow(set, element), [...prefix, element]);
  }
}
