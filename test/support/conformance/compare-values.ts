/** Where an answer differs from the recorded one, in one line. */
export type Difference = { readonly path: string; readonly recorded: string; readonly observed: string };

const placeholders: Readonly<Record<string, string>> = {
  '<rv>': '[1-9][0-9]*',
  '<uid>': '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  '<time>': '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z',
  '<continue>': '[A-Za-z0-9_-]+',
  '<n>': '\\d+',
  '<text>': '[^]*',
};

/** Ages in tables, such as `3s` or `4d2h`, depend on when the recording was made. */
const age = /^(?:\d+[ydhms])+$/;
const address = /^\d+\.\d+\.\d+\.\d+:\d+$/;

/**
 * Compares an answer with the recorded one: same fields, none missing and none more, same order of lists.
 * Placeholders stand for any value of their kind.
 */
export function compareValues(recorded: unknown, observed: unknown, path = ''): readonly Difference[] {
  if (typeof recorded === 'string') return compareStrings(recorded, observed, path);
  if (Array.isArray(recorded)) return compareLists(recorded, observed, path);
  if (isRecord(recorded)) return compareRecords(recorded, observed, path);
  return recorded === observed ? [] : [difference(path, recorded, observed)];
}

function compareStrings(recorded: string, observed: unknown, path: string): readonly Difference[] {
  const same =
    typeof observed === 'string' &&
    (recorded === observed ||
      (age.test(recorded) && age.test(observed)) ||
      (address.test(recorded) && address.test(observed)) ||
      (recorded.includes('<') && patternOf(recorded).test(observed)));
  return same ? [] : [difference(path, recorded, observed)];
}

function patternOf(recorded: string): RegExp {
  const parts = recorded
    .split(/(<(?:rv|uid|time|continue|n|text)>)/)
    .map((part) => placeholders[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('')}$`);
}

function compareLists(recorded: readonly unknown[], observed: unknown, path: string): readonly Difference[] {
  if (!Array.isArray(observed)) return [difference(path, recorded, observed)];
  const differences: Difference[] = [];
  const length = Math.max(recorded.length, observed.length);
  for (let index = 0; index < length; index += 1) {
    differences.push(...compareValues(recorded[index], observed[index], `${path}[${index}]`));
  }
  return differences;
}

function compareRecords(
  recorded: Readonly<Record<string, unknown>>,
  observed: unknown,
  path: string,
): readonly Difference[] {
  if (!isRecord(observed)) return [difference(path, recorded, observed)];
  const names = new Set([...Object.keys(recorded), ...Object.keys(observed)]);
  return [...names].flatMap((name) => {
    const memberPath = path === '' ? name : `${path}.${name}`;
    if (name === 'name' && isGenerated(recorded) && isGenerated(observed)) {
      return compareGeneratedNames(recorded, observed, memberPath);
    }
    return compareValues(recorded[name], observed[name], memberPath);
  });
}

function isGenerated(metadata: Readonly<Record<string, unknown>>): boolean {
  return typeof metadata['generateName'] === 'string' && typeof metadata['name'] === 'string';
}

/** The random ends of generated names differ; their alphabet and length do not. */
function compareGeneratedNames(
  recorded: Readonly<Record<string, unknown>>,
  observed: Readonly<Record<string, unknown>>,
  path: string,
): readonly Difference[] {
  const prefix = recorded['generateName'] as string;
  const name = observed['name'] as string;
  const same =
    name.startsWith(prefix) && /^[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(name.slice(prefix.length));
  return same ? [] : [difference(path, recorded['name'], name)];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Longest piece of a value that a difference shows. */
const maxShown = 300;

export function difference(path: string, recorded: unknown, observed: unknown): Difference {
  const show = (value: unknown) => {
    const text = value === undefined ? 'absent' : JSON.stringify(value);
    return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
  };
  return { path: path === '' ? '(whole)' : path, recorded: show(recorded), observed: show(observed) };
}
