/**
 * Order of two strings by their UTF-8 bytes, as etcd and PostgreSQL's collation "C" have it. JavaScript's `<`
 * orders by UTF-16 unit, which differs where a character beyond the BMP meets one from U+E000 to U+FFFF;
 * names of RBAC objects may hold either.
 */
export function compareBytes(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

const surrogate = /[\ud800-\udfff]/;
