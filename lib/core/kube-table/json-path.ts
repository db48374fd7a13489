type Step = (value: unknown) => unknown[];

/**
 * Compiles a JSONPath as columns of custom resources have it: `.a.b`, `['a']`, `[0]`, `[-1]`, `[1:3]`,
 * `[*]`, `..a`, and filters such as `[?(@.type=="Ready")]` with `==`, `!=`, `<`, `<=`, `>`, `>=` and mere
 * existence. Gives all matches in order; undefined for a path that it cannot read.
 */
export function compileJsonPath(path: string): ((value: unknown) => unknown[]) | undefined {
  const steps: Step[] = [];
  let rest = path
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .replace(/^\$/, '');
  while (rest !== '') {
    const match = matchStep(rest);
    if (match === undefined) return undefined;
    steps.push(match.step);
    rest = rest.slice(match.length);
  }
  return (value) => steps.reduce<unknown[]>((values, step) => values.flatMap(step), [value]);
}

function matchStep(text: string): { step: Step; length: number } | undefined {
  for (const [pattern, build] of grammar) {
    const match = pattern.exec(text);
    const step = match === null ? undefined : build(match);
    if (match !== null && step !== undefined) return { step, length: match[0].length };
  }
  return undefined;
}

const grammar: readonly (readonly [pattern: RegExp, build: (match: RegExpExecArray) => Step | undefined])[] =
  [
    [
      /^\.\.([\w-]+)/,
      ([, name = '']) =>
        (value) =>
          descendants(value, name),
    ],
    [/^\.?\[\*\]|^\.\*/, () => (value) => membersOf(value)],
    [/^\.?\['((?:[^'\\]|\\.)*)'\]/, ([, name = '']) => field(withoutEscapes(name))],
    [/^\.?\["((?:[^"\\]|\\.)*)"\]/, ([, name = '']) => field(withoutEscapes(name))],
    [/^\.?\[(-?\d+)\]/, ([, index = '']) => item(Number(index))],
    [/^\.?\[(-?\d*):(-?\d*)\]/, ([, from = '', to = '']) => slice(from, to)],
    [/^\.?\[\?\((.+?)\)\]/, ([, expression = '']) => filter(expression)],
    [/^\.((?:[\w-]|\\.)+)/, ([, name = '']) => field(withoutEscapes(name))],
    // A lone dot is the value itself.
    [/^\.$/, () => (value) => [value]],
  ];

function withoutEscapes(name: string): string {
  return name.replace(/\\(.)/g, '$1');
}

function field(name: string): Step {
  return (value) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
    return [(value as Readonly<Record<string, unknown>>)[name]];
  };
}

function item(index: number): Step {
  return (value) => {
    if (!Array.isArray(value)) return [];
    const found: unknown = value.at(index);
    return found === undefined ? [] : [found];
  };
}

function slice(from: string, to: string): Step {
  const start = from === '' ? 0 : Number(from);
  const end = to === '' ? undefined : Number(to);
  return (value) => (Array.isArray(value) ? (value.slice(start, end) as unknown[]) : []);
}

function membersOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function descendants(value: unknown, name: string): unknown[] {
  return [...field(name)(value), ...membersOf(value).flatMap((member) => descendants(member, name))];
}

const comparisons: Readonly<Record<string, (a: string | number, b: string | number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function filter(expression: string): Step | undefined {
  const match = /^\s*@(.*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*$/.exec(expression);
  if (match === null) return undefined;
  const [, path = '', operator, literal = ''] = match;
  const read = compileJsonPath(path);
  const expected = operator === undefined ? '' : parseLiteral(literal);
  if (read === undefined || expected === undefined) return undefined;
  const compare = operator === undefined ? undefined : comparisons[operator];
  const holds = (candidate: unknown): boolean => {
    const [actual] = read(candidate);
    if (actual === undefined) return false;
    if (compare === undefined) return true;
    if (typeof actual === 'number' || typeof actual === 'string') return compare(actual, expected);
    return typeof actual === 'boolean' && compare(String(actual), expected);
  };
  return (value) => (Array.isArray(value) ? (value as unknown[]).filter(holds) : []);
}

function parseLiteral(text: string): string | number | undefined {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted !== null) return quoted[2];
  if (text === 'true' || text === 'false') return text;
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}
