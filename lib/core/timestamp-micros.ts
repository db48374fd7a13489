/**
 * Microseconds since 1970 of an RFC 3339 time, which is what PostgreSQL keeps; Kubernetes' MicroTime has six
 * digits, and `Date` would drop three of them. Digits beyond the sixth are cut. `undefined` for anything else,
 * also for years before 1: they mean "not set" in Go, and PostgreSQL counts without a year 0.
 */
export function timestampMicros(text: string): number | undefined {
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || ms < yearOneMs || text.charCodeAt(10) === 0x20 || !rfc3339.test(text))
    return undefined;
  const dot = text.indexOf('.', 19);
  if (dot === -1) return ms * 1_000;
  let micros = 0;
  // The first three digits are in `ms` already.
  for (let index = dot + 1, weight = 100_000; weight >= 1; index += 1, weight /= 10) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    if (weight < 1_000) micros += digit * weight;
  }
  return ms * 1_000 + micros;
}

const yearOneMs = -62_135_596_800_000;

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
