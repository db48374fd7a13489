/** A scalar that grows past this column is continued on the next line at its next space. */
const bestWidth = 80;

/**
 * JSON as the API server writes it in YAML (sigs.k8s.io/yaml): sorted keys, lists not indented below their
 * key, and quotes exactly where YAML 1.1 would read something else. General YAML writers quote otherwise,
 * which shows in diffs of what people save.
 */
export function toServerYaml(value: unknown): string {
  return blockOf(value, 0).replace(/^\n/, '');
}

/** A value behind its key or dash: on the same line, or as a block on the following ones. */
function blockOf(value: unknown, indent: number): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []\n';
    const dash = `${' '.repeat(indent)}-`;
    return `\n${value.map((item) => `${dash}${itemOf(item, indent + 2)}`).join('')}`;
  }
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value).sort(compareKeys);
    if (keys.length === 0) return ' {}\n';
    return `\n${keys.map((key) => entryOf(key, (value as Record<string, unknown>)[key], indent)).join('')}`;
  }
  return ` ${scalarOf(value, indent + 2, false)}\n`;
}

function entryOf(key: string, value: unknown, indent: number): string {
  const name = `${' '.repeat(indent)}${scalarOf(key, indent, true)}:`;
  const nested = Array.isArray(value) ? indent : indent + 2;
  return `${name}${blockOf(value, typeof value === 'object' ? nested : indent)}`;
}

/** List items that are objects begin on the line of their dash. */
function itemOf(item: unknown, indent: number): string {
  const block = blockOf(item, indent);
  return block.startsWith('\n') ? ` ${block.slice(1 + indent)}` : block;
}

function scalarOf(value: unknown, indent: number, isKey: boolean): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (value.includes('\n') && !isKey && isBlockText(value)) return literal(value, indent);
  if (mustNotBePlain(value)) return doubleQuoted(value);
  if (isPlain(value)) return isKey ? value : folded(value, indent);
  if (/[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(value)) return doubleQuoted(value);
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return isKey ? quoted : folded(quoted, indent);
}

/** Texts that YAML 1.1 reads as something else than a text. */
function mustNotBePlain(text: string): boolean {
  return (
    /^(?:|~|null|Null|NULL|<<|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|true|True|TRUE|false|False|FALSE)$/.test(
      text,
    ) ||
    /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/.test(text) ||
    /^[-+]?(?:0x[0-9a-fA-F_]+|0b[01_]+|0o?[0-7_]+)$/.test(text) ||
    /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text) ||
    /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text) ||
    /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]| +)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?)?$/.test(text)
  );
}

/** Texts without characters that mean something at their place. */
function isPlain(text: string): boolean {
  return !(
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[-?:](?:\s|$)/.test(text) ||
    /^(?:---|\.\.\.)/.test(text) ||
    /:(?:\s|$)/.test(text) ||
    /\s#/.test(text) ||
    /^\s|\s$/.test(text) ||
    /[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)
  );
}

/** Texts of several lines that a literal block can hold. */
function isBlockText(text: string): boolean {
  return (
    !/[^\x20-\x7e\n\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text) && !/ $|^[\n ]/.test(text)
  );
}

function literal(text: string, indent: number): string {
  const trailing = /\n*$/.exec(text)?.[0].length ?? 0;
  const chomping = ['-', ''][trailing] ?? '+';
  const lines = (trailing === 0 ? text : text.slice(0, -1)).split('\n');
  const body = lines.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line}`)).join('\n');
  return `|${chomping}\n${body}`;
}

function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f]/g, (character) => {
    return `\\x${character.codePointAt(0)?.toString(16).toUpperCase()}`;
  });
}

function folded(text: string, indent: number): string {
  if (text.length + indent <= bestWidth) return text;
  let output = '';
  let column = indent;
  for (const piece of text.split(/(?<=\S)( )(?=\S)/)) {
    if (piece === ' ' && column > bestWidth) {
      output += `\n${' '.repeat(indent)}`;
      column = indent;
    } else {
      output += piece;
      column += piece.length;
    }
  }
  return output;
}

/** Letters after everything else, and digits by their number: `a2` before `a10`. */
function compareKeys(a: string, b: string): number {
  let index = 0;
  while (index < Math.min(a.length, b.length) && a[index] === b[index]) index += 1;
  const [one = '', other = ''] = [a[index], b[index]];
  if (one === '' || other === '') return a.length - b.length;
  const [isLetter, isOtherLetter] = [/\p{L}/u.test(one), /\p{L}/u.test(other)];
  if (isLetter !== isOtherLetter) return isLetter ? 1 : -1;
  if (isLetter) return one < other ? -1 : 1;
  return compareDigits(digitsFrom(a, index), digitsFrom(b, index)) || (one < other ? -1 : 1);
}

function compareDigits(a: string, b: string): number {
  const [left, right] = [BigInt(a || 0), BigInt(b || 0)];
  if (left !== right) return left < right ? -1 : 1;
  return a.length - b.length;
}

function digitsFrom(text: string, start: number): string {
  return /^\d*/.exec(text.slice(start))?.[0] ?? '';
}
