import { stringify } from 'yaml';
import { isExactNumber } from '../core/exact-json.ts';

/** A value from `parseExactJson` as YAML, numbers that no double holds digit by digit. */
export function yamlText(value: unknown): string {
  return stringify(plain(value), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Such numbers become BigInt, or text where they have a fraction. */
function plain(value: unknown): unknown {
  if (isExactNumber(value)) {
    return /^-?\d+$/.test(value.rawJSON) ? BigInt(value.rawJSON) : value.rawJSON;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
