import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { type KindSchema, loadSchemas } from './load-schemas.ts';
import { validateSchema } from './validate-schema.ts';

/**
 * `npm run check:manifests -- --schemas FOLDER`: every Kubernetes object below `knative/` against the schema of
 * its kind, unknown fields included; then what kustomize makes of `knative` and of every overlay, where kubectl
 * is there to build it.
 */
const { values } = parseArgs({ options: { schemas: { type: 'string' } } });
if (values.schemas === undefined) {
  process.stderr.write('usage: npm run check:manifests -- --schemas FOLDER\n');
  process.exit(2);
}
const schemaOf = loadSchemas(values.schemas);
const problems: string[] = [];
let checked = 0;

for (const file of globSync('knative/**/*.yaml').sort()) {
  if (file.endsWith('/kustomization.yaml')) continue;
  const partial = file.startsWith('knative/overlays/');
  checkDocuments(file, readFileSync(file, 'utf8'), partial);
}
for (const folder of globSync(['knative/kustomization.yaml', 'knative/overlays/*/kustomization.yaml']).map(
  dirname,
)) {
  const built = build(folder);
  if (built === undefined) process.stdout.write(`${folder}: not built, there is no kubectl\n`);
  else checkDocuments(`kustomize ${folder}`, built, false);
}

for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${checked} objects checked, ${problems.length} problems\n`);
process.exit(problems.length === 0 && checked > 0 ? 0 : 1);

function checkDocuments(where: string, text: string, partial: boolean): void {
  for (const document of parseAllDocuments(text)) {
    for (const error of document.errors) problems.push(`${where}: ${error.message}`);
    const object = document.toJS() as { apiVersion?: unknown; kind?: unknown } | null;
    // Collector settings, rules and the like are YAML without being Kubernetes objects.
    if (typeof object?.apiVersion !== 'string' || typeof object.kind !== 'string') continue;
    checked += 1;
    const found: KindSchema | undefined = schemaOf(object.apiVersion, object.kind);
    if (found === undefined && where.endsWith('.example.yaml')) {
      // Examples show how others use us, with kinds that are not ours to check.
      process.stdout.write(`${where}: not checked, no schema for ${object.apiVersion} ${object.kind}\n`);
    } else if (found === undefined) {
      problems.push(`${where}: no schema for ${object.apiVersion} ${object.kind}`);
    } else {
      const { schema, resolve } = found;
      for (const problem of validateSchema(object, schema, { resolve, partial })) {
        problems.push(`${where}: ${object.kind}${problem}`);
      }
    }
  }
}

function build(folder: string): string | undefined {
  try {
    return execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`Cannot build ${folder} with kustomize`, { cause: error });
  }
}
