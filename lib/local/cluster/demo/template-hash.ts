import { createHash } from 'node:crypto';

/**
 * A short name for a value such as a pod template: equal values have equal names, whatever the order of
 * their keys. It looks like the `pod-template-hash` of controllers, a 32-bit number in decimal digits of an
 * alphabet without vowels, but its value is the demo's own.
 */
export function templateHash(value: unknown): string {
  const number = createHash('sha256').update(canonical(value)).digest().readUInt32BE();
  return Array.from(String(number), (digit) => digits[Number(digit)]).join('');
}

const digits = '456789bcdf';

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
