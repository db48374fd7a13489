/**
 * A number literal that no double holds exactly, kept as its own text by `JSON.rawJSON`. `JSON.stringify`
 * writes it back digit by digit. Spreading or structured cloning makes an ordinary object of it.
 */
export type ExactNumber = { readonly rawJSON: string };

type ExactJson = {
  readonly rawJSON: (text: string) => ExactNumber;
  readonly isRawJSON: (value: unknown) => value is ExactNumber;
  readonly parse: (
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
};

/** TypeScript's own declarations lack the proposal that V8 has shipped since Node 22 (JSON.parse source text access). */
const exact = JSON as unknown as ExactJson;

/**
 * `JSON.parse`, except that numbers which a double would change come back as `ExactNumber`: integers beyond
 * 2^53, more than 17 significant digits, exponents out of range. Kubernetes objects hold int64 (quantities in
 * custom resources, nanosecond stamps), and what was watched must be what is stored.
 * The reviver makes parsing about eight times slower, so it runs only where the text has a candidate: a literal
 * of 16 characters or more or with an exponent of three digits. Every decimal of up to 15 digits survives.
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseExactJson(text: string): unknown {
  if (!/(?:^|[:[,])\s*-?(?:\d[\d.]{15}|\d[\d.]*[eE][+-]?\d{3})/.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !survives(source, value)
      ? exact.rawJSON(source)
      : value,
  );
}

/** `JSON.stringify` of a value from `parseExactJson`; `undefined` where JSON has no such value. */
export function stringifyExactJson(value: unknown): string | undefined {
  return JSON.stringify(value);
}

/** True for a number that `parseExactJson` kept as text. */
export function isExactNumber(value: unknown): value is ExactNumber {
  return exact.isRawJSON(value);
}

function survives(source: string, value: number): boolean {
  if (source.length < 16 && !/e/i.test(source)) return true;
  return Number.isFinite(value) && canonicalDecimal(source) === canonicalDecimal(String(value));
}

/** Sign, significant digits and exponent: equal for two literals exactly when they denote the same number. */
function canonicalDecimal(literal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(literal);
  if (match === null) throw new TypeError(`Cannot compare number "${literal}": expected a JSON literal`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
