import { Environment, EvaluationError, Optional } from '@marcbachmann/cel-js';

/** What an expression may speak of; `oldSelf` is undefined where there is nothing to compare with. */
export type RuleScope = { readonly self: unknown; readonly oldSelf: unknown };

/** An expression of a schema's rule, ready to be evaluated. */
export type CompiledRule = {
  readonly usesOldSelf: boolean;
  /** @throws EvaluationError for what only the values show, such as a missing key */
  readonly evaluate: (scope: RuleScope) => unknown;
};

/** The functions that the API server adds to the language, as far as rules of definitions commonly use them. */
const environment = new Environment({
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 10_000, maxDepth: 100 },
})
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn')
  .registerFunction('list.isSorted(): bool', (list: readonly unknown[]) =>
    list.every((item, index) => index === 0 || (list[index - 1] as string) <= (item as string)),
  )
  .registerFunction('list.sum(): dyn', (list: readonly bigint[]) =>
    list.reduce((sum, item) => sum + item, 0n),
  )
  .registerFunction('list.min(): dyn', (list: readonly bigint[]) => extreme(list, (a, b) => a < b))
  .registerFunction('list.max(): dyn', (list: readonly bigint[]) => extreme(list, (a, b) => a > b))
  .registerFunction('list.indexOf(dyn): int', (list: readonly unknown[], item: unknown) =>
    BigInt(list.indexOf(item)),
  )
  .registerFunction('list.lastIndexOf(dyn): int', (list: readonly unknown[], item: unknown) =>
    BigInt(list.lastIndexOf(item)),
  )
  .registerFunction(
    'string.find(string): string',
    (text: string, pattern: string) => new RegExp(pattern, 'u').exec(text)?.[0] ?? '',
  )
  .registerFunction('string.findAll(string): list', (text: string, pattern: string) =>
    Array.from(text.matchAll(new RegExp(pattern, 'gu')), ([found]) => found),
  );

function extreme(list: readonly bigint[], isBetter: (a: bigint, b: bigint) => boolean): bigint {
  const [first, ...rest] = list;
  if (first === undefined) throw new EvaluationError('min/max called on empty list');
  return rest.reduce((best, item) => (isBetter(item, best) ? item : best), first);
}

/**
 * Compiles an expression in CEL; undefined for one that is none, or that uses what is not known here (`url()`, `ip()`,
 * `cidr()`, `quantity()`, `format`, `semver()`).
 * @param hasOptionalOldSelf `oldSelf` is an optional value instead of being there only where something is
 */
export function compileRule(text: string, hasOptionalOldSelf = false): CompiledRule | undefined {
  try {
    const evaluate = environment.parse(text);
    if (!evaluate.check().valid) return undefined;
    return {
      usesOldSelf: !hasOptionalOldSelf && /\boldSelf\b/.test(text),
      evaluate: ({ self, oldSelf }) =>
        evaluate({ self, oldSelf: hasOptionalOldSelf ? asOptional(oldSelf) : oldSelf }) as unknown,
    };
  } catch {
    // Whatever is wrong with it: it cannot be evaluated.
    return undefined;
  }
}

function asOptional(value: unknown): Optional {
  return value === undefined ? Optional.none() : Optional.of(value);
}
