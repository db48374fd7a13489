import type { z } from 'zod';

/** The environment asked for something impossible; the message lists every problem. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Parses the environment once into a frozen value. Blank values count as absent, so that `DB_PORT=""` in a
 * manifest means the default and not port 0.
 * @throws ConfigError with one line per problem; values never appear in it, they may be secrets.
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<Schema>> {
  const present = Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== '',
    ),
  );
  const result = schema.safeParse(present);
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) => `  ${issue.path.join('.') || 'environment'}: ${issue.message}`,
    );
    throw new ConfigError(`Cannot start with this environment:\n${problems.join('\n')}`);
  }
  return Object.freeze(result.data as object) as Readonly<z.output<Schema>>;
}
