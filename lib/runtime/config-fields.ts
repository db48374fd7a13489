import { z } from 'zod';
import { parseDurationMs } from '../core/duration.ts';

/** A duration such as `2m`, `50s` or `1h30m`, parsed to milliseconds. */
export function duration(defaultText: string) {
  return z
    .string()
    .default(defaultText)
    .transform((text, context) => {
      const ms = parseDurationMs(text);
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: 'expected a duration such as 50s, 2m or 1h30m' });
      return z.NEVER;
    });
}

/**
 * `true`/`false`, `1`/`0`, `yes`/`no`, `on`/`off`; `z.coerce.boolean()` would take `"false"` for true.
 * Defaults of all fields are texts that are parsed like any other, so that generated tables show them.
 */
export function flag(defaultValue: boolean) {
  return z.stringbool({ error: 'expected true or false' }).prefault(String(defaultValue));
}

/** A whole number within bounds, from its decimal text. */
export function integer(options: { readonly min: number; readonly max: number; readonly default: number }) {
  const message = `expected a whole number from ${options.min} to ${options.max}`;
  return z
    .string()
    .regex(/^-?\d+$/, message)
    .transform(Number)
    .pipe(z.number().min(options.min, message).max(options.max, message))
    .prefault(String(options.default));
}

/** A decimal number from 0 to 1. */
export function share(defaultValue: number) {
  const message = 'expected a number from 0 to 1 such as 0.01';
  return z
    .string()
    .regex(/^\d(?:\.\d+)?$|^\.\d+$/, message)
    .transform(Number)
    .pipe(z.number().max(1, message))
    .prefault(String(defaultValue));
}

/** A TCP port; also takes the `tcp://host:port` form that Kubernetes service links put into the environment. */
export function port(defaultPort: number) {
  const message = 'expected a port from 0 to 65535';
  return z
    .string()
    .transform((text) => text.replace(/^tcp:\/\/.*:(\d+)$/, '$1'))
    .pipe(z.string().regex(/^\d{1,5}$/, message))
    .transform(Number)
    .pipe(z.number().max(65_535, message))
    .prefault(String(defaultPort));
}

/** A comma-separated list; blanks around and empty members are dropped. */
export function commaList() {
  return z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((member) => member.trim())
        .filter((member) => member !== ''),
    );
}
