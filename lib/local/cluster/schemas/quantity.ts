/** Powers of ten by decimal suffix. */
const decimalSuffixes: readonly (readonly [suffix: string, exponent: number])[] = [
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
];
/** In order of their powers of 1024. */
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Nothing finer is kept: amounts are counted in units of 10^-9. */
const unitsPerOne = 1_000_000_000n;
const maxBinaryAmount = 2n ** 63n - 1n;
/** Longer numbers go the server's slow way, which always rewrites them. */
const maxKeptDigits = 18;
/** Counting three digits for each power of 1024. */
const maxKeptBinaryDigits = 14;

type Parsed = {
  readonly units: bigint;
  readonly form: 'decimal' | 'exponent' | 'binary';
  /** Already in a form that the server leaves as it is. */
  readonly kept: boolean;
};

/**
 * The text that an API server gives for a quantity such as `0.5` (500m), `1024Mi` (1Gi) or `1e3`; undefined
 * for texts that are none.
 */
export function canonicalQuantity(text: string): string | undefined {
  const parsed = parseQuantity(text);
  if (parsed === undefined) return undefined;
  const { units, form, kept } = parsed;
  if (kept) return text;
  if (units === 0n) return '0';
  const size = units < 0n ? -units : units;
  if (form === 'binary' && size >= 1024n * unitsPerOne && units % unitsPerOne === 0n) {
    return formatBinary(units / unitsPerOne);
  }
  return formatDecimal(units, form === 'exponent');
}

/** Below, at or above 0 as the first quantity is less than, equal to or more than the second; texts that are none are 0. */
export function compareQuantities(a: string, b: string): number {
  const [left, right] = [parseQuantity(a)?.units ?? 0n, parseQuantity(b)?.units ?? 0n];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function parseQuantity(text: string): Parsed | undefined {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const digits = (whole.replace(/^0+(?=[0-9])/, '') + fraction).padStart(1, '0');
  const signed = (amount: bigint) => (sign === '-' ? -amount : amount);
  const power = binarySuffixes.indexOf(suffix);
  if (power > 0) {
    const scaled = BigInt(digits) * 1024n ** BigInt(power) * unitsPerOne;
    const units = divideUp(scaled, 10n ** BigInt(fraction.length));
    const capped = units > maxBinaryAmount * unitsPerOne ? maxBinaryAmount * unitsPerOne : units;
    const kept =
      fraction === '' && BigInt(digits) % 8n !== 0n && digits.length + 3 * power <= maxKeptBinaryDigits;
    return { units: signed(capped), form: 'binary', kept };
  }
  const exponent = exponentOf(suffix);
  if (exponent === undefined) return undefined;
  const scale = exponent - fraction.length;
  const shift = scale + 9;
  const units =
    shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : divideUp(BigInt(digits), 10n ** BigInt(-shift));
  const kept =
    scale % 3 === 0 &&
    scale >= -9 &&
    digits.length <= maxKeptDigits &&
    !digits.endsWith('000') &&
    !digits.startsWith('0');
  const isExponent = /^[eE]./.test(suffix);
  return { units: signed(units), form: isExponent ? 'exponent' : 'decimal', kept };
}

/** Whoever asks for something very small gets something. */
function divideUp(amount: bigint, divisor: bigint): bigint {
  return (amount + divisor - 1n) / divisor;
}

function exponentOf(suffix: string): number | undefined {
  const decimal = decimalSuffixes.find(([name]) => name === suffix);
  if (decimal !== undefined) return decimal[1];
  return /^[eE][-+]?[0-9]{1,3}$/.test(suffix) ? Number(suffix.slice(1)) : undefined;
}

function formatBinary(amount: bigint): string {
  let [number, power] = [amount, 0];
  while (number % 1024n === 0n && power < binarySuffixes.length - 1) {
    number /= 1024n;
    power += 1;
  }
  return `${number}${binarySuffixes[power]}`;
}

function formatDecimal(units: bigint, asExponent: boolean): string {
  let [number, exponent] = [units, -9];
  while (number % 1000n === 0n && (asExponent || exponent < 18)) {
    number /= 1000n;
    exponent += 3;
  }
  if (asExponent) return exponent === 0 ? `${number}` : `${number}e${exponent}`;
  const suffix = decimalSuffixes.find(([, power]) => power === exponent)?.[0] ?? '';
  return `${number}${suffix}`;
}
