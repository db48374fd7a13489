import { labelKeyProblems, labelValueProblems } from './name-syntax.ts';

/** One condition of a label selector; all of a selector must hold. */
export type LabelRequirement = {
  readonly key: string;
  /** `in` also stands for `=` and `==`, `notin` for `!=`; `notin` holds where the key is missing. */
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  /** Sorted, without doubles; one decimal integer for `gt` and `lt`; none for `exists` and `absent`. */
  readonly values: readonly string[];
};

export type LabelSelector = {
  readonly kind: 'selector';
  /** Sorted by key; empty for a selector that takes everything. */
  readonly requirements: readonly LabelRequirement[];
  readonly matches: (labels: Readonly<Record<string, string>> | undefined) => boolean;
};

export type InvalidSelector = { readonly kind: 'invalid'; readonly message: string };

/**
 * Parses a `labelSelector` query parameter as the API server does, with its error messages (which kubectl
 * shows): equality (`=`, `==`, `!=`), sets (`in`, `notin`), existence (`key`, `!key`) and order (`<`, `>`).
 */
export function parseLabelSelector(text: string): LabelSelector | InvalidSelector {
  const tokens = tokenize(text);
  try {
    const requirements = parseRequirements(tokens).toSorted((a, b) => compareText(a.key, b.key));
    return {
      kind: 'selector',
      requirements,
      matches: (labels = {}) => requirements.every((requirement) => holds(requirement, labels)),
    };
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

/** True where the labels satisfy one requirement. */
function holds(requirement: LabelRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case 'notin':
      return value === undefined || !requirement.values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const limit = parseInt64(requirement.values[0] ?? '');
      const number = value === undefined ? undefined : parseInt64(value);
      if (number === undefined || limit === undefined) return false;
      return requirement.operator === 'gt' ? number > limit : number < limit;
    }
  }
}

/** Thrown inside this file only: the grammar is easier to read when a rule just stops. */
class SelectorSyntaxError extends Error {
  override name = 'SelectorSyntaxError';
}

type Token = { readonly type: 'word' | 'symbol' | 'end'; readonly text: string };

const binaryOperators = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];
const operators: ReadonlyMap<string, LabelRequirement['operator']> = new Map([
  ['in', 'in'],
  ['notin', 'notin'],
  ['=', 'in'],
  ['==', 'in'],
  ['!=', 'notin'],
  ['>', 'gt'],
  ['<', 'lt'],
]);

/** Runs of operator characters split greedily: `!==` is `!=` and `=`. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [part] of text.matchAll(/!=|==|[=!(),<>]|[^=!(),<> \t\r\n]+/g)) {
    tokens.push({ type: /^[=!(),<>]/.test(part) ? 'symbol' : 'word', text: part });
  }
  return [...tokens, { type: 'end', text: '' }];
}

function parseRequirements(tokens: readonly Token[]): LabelRequirement[] {
  const requirements: LabelRequirement[] = [];
  const reader = readerOf(tokens);
  while (reader.peek().type !== 'end') {
    const first = reader.peek();
    if (!startsRequirement(first)) {
      throw new SelectorSyntaxError(`found '${first.text}', expected: !, identifier, or 'end of string'`);
    }
    requirements.push(inRequirement(() => parseRequirement(reader)));
    const separator = reader.next();
    if (separator.type === 'end') break;
    if (separator.text !== ',') {
      throw new SelectorSyntaxError(`found '${separator.text}', expected: ',' or 'end of string'`);
    }
    if (!startsRequirement(reader.peek())) {
      throw new SelectorSyntaxError(`found '${reader.peek().text}', expected: identifier after ','`);
    }
  }
  return requirements;
}

function startsRequirement(token: Token): boolean {
  return token.type === 'word' || token.text === '!';
}

function inRequirement<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SelectorSyntaxError)) throw error;
    throw new SelectorSyntaxError(`unable to parse requirement: ${error.message}`);
  }
}

function parseRequirement(reader: TokenReader): LabelRequirement {
  const negated = reader.peek().text === '!';
  if (negated) reader.next();
  const key = reader.next();
  if (key.type !== 'word') throw new SelectorSyntaxError(`found '${key.text}', expected: identifier`);
  const keyProblems = labelKeyProblems(key.text);
  if (keyProblems.length > 0) {
    throw new SelectorSyntaxError(
      `<nil>: Invalid value: ${JSON.stringify(key.text)}: ${keyProblems.join('; ')}`,
    );
  }
  if (negated || endsRequirement(reader.peek())) {
    return { key: key.text, operator: negated ? 'absent' : 'exists', values: [] };
  }
  const operatorToken = reader.next();
  const operator = operators.get(operatorToken.text);
  if (operator === undefined) {
    throw new SelectorSyntaxError(`found '${operatorToken.text}', expected: ${binaryOperators.join(', ')}`);
  }
  const isSet = operatorToken.type === 'word';
  const parsed = isSet ? parseValueSet(reader) : [parseExactValue(reader)];
  const values = [...new Set(parsed)].toSorted(compareText);
  checkValues(key.text, operator, values);
  return { key: key.text, operator, values };
}

function endsRequirement(token: Token): boolean {
  return token.type === 'end' || token.text === ',';
}

function parseExactValue(reader: TokenReader): string {
  if (endsRequirement(reader.peek())) return '';
  const token = reader.next();
  if (token.type !== 'word') throw new SelectorSyntaxError(`found '${token.text}', expected: identifier`);
  return token.text;
}

/** `(a,b)`; empty places count as the empty value: `()`, `(,a)`, `(a,,b)`. */
function parseValueSet(reader: TokenReader): string[] {
  const open = reader.next();
  if (open.text !== '(') throw new SelectorSyntaxError(`found '${open.text}' expected: '('`);
  const first = reader.peek();
  if (first.type !== 'word' && first.text !== ',' && first.text !== ')') {
    throw new SelectorSyntaxError(`found '${first.text}', expected: ',', ')' or identifier`);
  }
  const values: string[] = [];
  let value: string | undefined;
  for (;;) {
    const token = reader.next();
    if (token.type === 'word') {
      if (value !== undefined) {
        throw new SelectorSyntaxError(`found '${token.text}', expected: ',' or ')'`);
      }
      value = token.text;
      continue;
    }
    if (token.text !== ',' && token.text !== ')') {
      const expected = value === undefined ? "',', or identifier" : "',' or ')'";
      throw new SelectorSyntaxError(`found '${token.text}', expected: ${expected}`);
    }
    values.push(value ?? '');
    value = undefined;
    if (token.text === ')') return values;
  }
}

function checkValues(key: string, operator: LabelRequirement['operator'], values: readonly string[]): void {
  const problems: string[] = [];
  const ordered = operator === 'gt' || operator === 'lt';
  values.forEach((value, index) => {
    if (ordered && parseInt64(value) === undefined) {
      problems.push(
        `values[${index}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
  });
  values.forEach((value, index) => {
    const valueProblems = labelValueProblems(value);
    if (valueProblems.length > 0) {
      problems.push(
        `values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${valueProblems.join('; ')}`,
      );
    }
  });
  if (problems.length === 1) throw new SelectorSyntaxError(problems[0] ?? '');
  if (problems.length > 1) throw new SelectorSyntaxError(`[${problems.join(', ')}]`);
}

/** Integers that fit 64 bits, as the server reads them; label values beyond that match no order. */
function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

type TokenReader = { readonly peek: () => Token; readonly next: () => Token };

const endToken: Token = { type: 'end', text: '' };

function readerOf(tokens: readonly Token[]): TokenReader {
  let position = 0;
  return {
    peek: () => tokens[position] ?? endToken,
    next: () => tokens[position++] ?? endToken,
  };
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
