import { cpSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

/**
 * `npm run bundle [-- --out FOLDER]`: every function as one file for the image, with the SQL and assets that it
 * reads at the same places relative to it as in the checkout. One file each and no shared chunks: what counts is
 * the time from process start to ready, and every further file costs a read.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const functions = globSync('functions/*/index.ts', { cwd: root }).sort();
if (functions.length === 0) throw new Error(`Cannot bundle: no functions/*/index.ts in "${root}"`);

rmSync(values.out, { recursive: true, force: true });
mkdirSync(values.out, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: functions,
  outdir: values.out,
  outbase: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  // Optional parts of pg that are not installed.
  external: ['pg-native'],
  // CommonJS packages among the dependencies call require, which ES modules lack.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';\nconst require = createRequireForBundle(import.meta.url);",
  },
  logLevel: 'warning',
});

writeFileSync(join(values.out, 'package.json'), `${JSON.stringify({ type: 'module', private: true })}\n`);
for (const folder of ['sql/queries', 'sql/migrations']) copy(folder);
for (const file of functions) {
  const assets = join(dirname(file), 'assets');
  if (existsSync(join(root, assets))) copy(assets);
}
process.stdout.write(`${functions.length} functions bundled into ${values.out}\n`);

function copy(folder: string): void {
  cpSync(join(root, folder), join(values.out, folder), { recursive: true });
}
