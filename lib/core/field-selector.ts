import type { InvalidSelector } from './label-selector.ts';

/** One condition of a field selector; all of a selector must hold. */
export type FieldRequirement = {
  readonly field: string;
  readonly operator: 'equals' | 'differs';
  readonly value: string;
};

export type FieldSelector = {
  readonly kind: 'selector';
  readonly requirements: readonly FieldRequirement[];
  /** Takes the selectable fields of one object; a field that is not among them counts as empty. */
  readonly matches: (fields: Readonly<Record<string, string>>) => boolean;
};

/**
 * Parses a `fieldSelector` query parameter as the API server does: terms `field=value`, `==` and `!=`,
 * separated by commas; in values `\\`, `\,` and `\=` stand for the character itself. `translate` names the
 * field under which a requested one is found, or says in the server's words that the kind does not support it.
 */
export function parseFieldSelector(
  text: string,
  translate: (field: string) => { readonly field: string } | { readonly message: string },
): FieldSelector | InvalidSelector {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text).toSorted()) {
    const parsed = parseTerm(term, text);
    if ('message' in parsed) return { kind: 'invalid', message: parsed.message };
    const translated = translate(parsed.field);
    if ('message' in translated) return { kind: 'invalid', message: translated.message };
    // The server takes a term that says nothing for no term at all.
    if (translated.field === '' && parsed.value === '') continue;
    requirements.push({ ...parsed, field: translated.field });
  }
  return {
    kind: 'selector',
    requirements,
    matches: (fields) =>
      requirements.every(({ field, operator, value }) => {
        const actual = Object.hasOwn(fields, field) ? fields[field] : '';
        return (actual === value) === (operator === 'equals');
      }),
  };
}

/** Terms between commas that no backslash escapes; empty terms are left out. */
function splitTerms(text: string): string[] {
  return (text.match(/(?:\\[\s\S]?|[^,\\])+/g) ?? []).filter((term) => term !== '');
}

function parseTerm(term: string, whole: string): FieldRequirement | { readonly message: string } {
  const operator = /!=|==|=/.exec(term);
  if (operator === null) return { message: `invalid selector: '${whole}'; can't understand '${term}'` };
  const value = unescapeValue(term.slice(operator.index + operator[0].length));
  if (typeof value !== 'string') return value;
  return {
    field: term.slice(0, operator.index),
    operator: operator[0] === '!=' ? 'differs' : 'equals',
    value,
  };
}

function unescapeValue(escaped: string): string | { readonly message: string } {
  let value = '';
  for (const [part] of escaped.matchAll(/\\[\s\S]?|[^\\]/gu)) {
    if (part === ',' || part === '=') {
      const code = part.codePointAt(0);
      return { message: `invalid field selector: unescaped character in value: ${code}` };
    }
    if (part.startsWith('\\')) {
      const character = part.slice(1);
      if (!/^[\\,=]$/.test(character)) {
        return { message: `invalid field selector: invalid escape sequence: ${part}` };
      }
      value += character;
    } else value += part;
  }
  return value;
}
