import { isExtensionName } from './build-event.ts';

/**
 * Extensions of `K_CE_OVERRIDES`: JSON `{"extensions":{"name":"value"}}`, or blank. They are set on every event
 * that goes out; attributes that CloudEvents itself defines cannot be set so.
 * @throws TypeError that names the problem: it is the operator's configuration, so start-up must stop
 */
export function parseCeOverrides(text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined || text.trim() === '') return {};
  const extensions = extensionsOf(text);
  for (const [name, value] of Object.entries(extensions)) {
    if (!isExtensionName(name)) {
      throw new TypeError(
        `Cannot use K_CE_OVERRIDES: extension "${name}", expected lower-case letters and digits`,
      );
    }
    if (typeof value !== 'string') {
      throw new TypeError(
        `Cannot use K_CE_OVERRIDES: value of "${name}" is ${typeof value}, expected a string`,
      );
    }
  }
  return extensions as Readonly<Record<string, string>>;
}

function extensionsOf(text: string): object {
  const expected = 'expected {"extensions":{…}}';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`Cannot use K_CE_OVERRIDES: not JSON, ${expected}`, { cause });
  }
  if (!isObject(parsed)) throw new TypeError(`Cannot use K_CE_OVERRIDES: no object, ${expected}`);
  const extensions = (parsed as { extensions?: unknown }).extensions ?? {};
  if (!isObject(extensions)) throw new TypeError(`Cannot use K_CE_OVERRIDES: no object inside, ${expected}`);
  return extensions;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
