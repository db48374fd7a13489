import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { OpenApiSchema } from './validate-schema.ts';

/** The schema of a kind and the way to resolve its references. */
export type KindSchema = {
  readonly schema: OpenApiSchema;
  readonly resolve: (reference: string) => OpenApiSchema;
};

/**
 * Reads OpenAPI v3 schemas, one file per group version with a member `schemas`, and finds them by the
 * apiVersion and kind of an object.
 * @throws where the folder has none
 */
export function loadSchemas(folder: string): (apiVersion: string, kind: string) => KindSchema | undefined {
  const byKind = new Map<string, KindSchema>();
  const files = globSync(join(folder, '*.json'));
  if (files.length === 0) throw new Error(`Cannot read schemas: no JSON file in "${folder}"`);
  for (const file of files) {
    const { schemas } = JSON.parse(readFileSync(file, 'utf8')) as { schemas: Record<string, OpenApiSchema> };
    const resolve = (reference: string): OpenApiSchema => {
      const found = schemas[reference.replace('#/components/schemas/', '')];
      if (found === undefined) throw new Error(`Cannot resolve "${reference}" in ${basename(file)}`);
      return found;
    };
    for (const schema of Object.values(schemas)) {
      for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
        byKind.set(`${group === '' ? version : `${group}/${version}`}/${kind}`, { schema, resolve });
      }
    }
  }
  return (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`);
}
