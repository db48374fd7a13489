import { isDeepStrictEqual } from 'node:util';

import type { CustomNames, CustomResourceDefinition } from './custom-definitions.ts';

/** Which of its names a definition gets, and whether that is all that it asked for. */
export type AcceptedNames = {
  readonly names: CustomNames;
  /** Undefined where no other definition of the group has any of them. */
  readonly conflict: { readonly reason: string; readonly message: string } | undefined;
};

/** Inside one API group every name belongs to the definition that had it first. */
export function acceptNames(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): AcceptedNames {
  const inGroup = others.filter(
    (other) => other.spec.group === crd.spec.group && other.metadata.name !== crd.metadata.name,
  );
  const taken = inGroup.map((other) => other.status?.acceptedNames);
  const resources = new Set(
    taken.flatMap((names) => [names?.plural, names?.singular, ...(names?.shortNames ?? [])]),
  );
  const kinds = new Set(taken.flatMap((names) => [names?.kind, names?.listKind]));
  const before: CustomNames = crd.status?.acceptedNames ?? { plural: '', kind: '' };
  const { names: asked } = crd.spec;
  const names: Record<string, unknown> = { ...before, categories: asked.categories };
  let conflict: AcceptedNames['conflict'];
  const claim = (field: keyof CustomNames, used: ReadonlySet<string | undefined>, reason: string) => {
    const wanted = [asked[field] ?? []].flat() as readonly string[];
    const had = [before[field] ?? []].flat() as readonly string[];
    const problems = isDeepStrictEqual(wanted, had) ? [] : wanted.filter((name) => used.has(name));
    if (problems.length === 0) names[field] = asked[field];
    else conflict = { reason, message: describe(problems) };
  };
  claim('plural', resources, 'PluralConflict');
  claim('singular', resources, 'SingularConflict');
  claim('shortNames', resources, 'ShortNamesConflict');
  claim('kind', kinds, 'KindConflict');
  claim('listKind', kinds, 'ListKindConflict');
  return { names: withoutMissing(names), conflict };
}

function describe(names: readonly string[]): string {
  const texts = names.map((name) => `${JSON.stringify(name)} is already in use`);
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

function withoutMissing(names: Readonly<Record<string, unknown>>): CustomNames {
  const entries = Object.entries(names).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as CustomNames;
}
