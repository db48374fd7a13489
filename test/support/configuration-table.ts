import { globSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** One variable of a function's environment, as its zod schema declares it. */
export type Variable = {
  readonly name: string;
  readonly required: boolean;
  readonly default: string;
  readonly description: string;
  readonly secret: boolean;
};

/** Every function's variables, read from `functions/<name>/config.ts`: its one exported zod object. */
export async function configurations(): Promise<Map<string, Variable[]>> {
  const found = new Map<string, Variable[]>();
  for (const file of globSync('functions/*/config.ts').sort()) {
    const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    const schemas = Object.values(module).filter(
      (value): value is z.ZodObject => value instanceof z.ZodObject,
    );
    const [schema] = schemas;
    if (schema === undefined || schemas.length !== 1) {
      throw new Error(`Cannot read ${file}: ${schemas.length} exported zod objects, expected one`);
    }
    found.set(file.split('/')[1] ?? file, variablesOf(schema));
  }
  return found;
}

function variablesOf(schema: z.ZodObject): Variable[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, { default?: unknown; description?: string; secret?: boolean }>;
    required?: string[];
  };
  return Object.entries(json.properties).map(([name, property]) => ({
    name,
    required: json.required?.includes(name) ?? false,
    default: property.default === undefined ? '' : JSON.stringify(property.default).replace(/^"|"$/g, ''),
    description: property.description ?? '',
    secret: property.secret === true,
  }));
}

/** Markdown: one table of what all functions share, then one per function with what is its own. */
export function configurationTables(all: ReadonlyMap<string, readonly Variable[]>): string {
  const key = (variable: Variable) => JSON.stringify(variable);
  const [first = []] = all.values();
  const shared = first.filter((variable) =>
    [...all.values()].every((list) => list.some((other) => key(other) === key(variable))),
  );
  const sharedKeys = new Set(shared.map(key));
  const own = [...all].map(
    ([name, list]) => `### ${name}\n\n${table(list.filter((variable) => !sharedKeys.has(key(variable))))}`,
  );
  return [`### All functions\n\n${table(shared)}`, ...own].join('\n\n');
}

function table(variables: readonly Variable[]): string {
  const rows = variables.map(({ name, required, default: value, description, secret }) => {
    const shown = required ? '**required**' : value === '' ? '–' : `\`${value}\``;
    return `| \`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')}${secret ? ' (secret)' : ''} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
