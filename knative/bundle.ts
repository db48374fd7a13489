import { cpSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/**
 * `npm run bundle [-- --out FOLDER]`: every function as one file for the image, with the SQL and assets that it
 * reads at the same places relative to it as in the checkout. One file each and no shared chunks, because what
 * counts is the time from process start to ready. The exception is the Kubernetes client: 16 MB that are only
 * loaded for a kubeconfig, and whose parsing would take 0.1 s of every start.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const out = values.out;
const kubernetesClient = 'kubernetes-client/index.js';

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  // An optional part of pg that is not installed.
  external: ['pg-native'],
  // CommonJS packages among the dependencies call require, which ES modules lack.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';\nconst require = createRequireForBundle(import.meta.url);",
  },
  logLevel: 'warning',
};

const clientApart: Plugin = {
  name: 'kubernetes-client-apart',
  setup: (building) => {
    building.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
      path: `../../${kubernetesClient}`,
      external: true,
    }));
  },
};

const functions = globSync('functions/*/index.ts', { cwd: root }).sort();
if (functions.length === 0) throw new Error(`Cannot bundle: no functions/*/index.ts in "${root}"`);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({ ...common, entryPoints: functions, outdir: out, outbase: root, plugins: [clientApart] });
await build({
  ...common,
  stdin: { contents: "export * from '@kubernetes/client-node';", resolveDir: root },
  outfile: join(out, kubernetesClient),
});

writeFileSync(join(out, 'package.json'), `${JSON.stringify({ type: 'module', private: true })}\n`);
for (const folder of ['sql/queries', 'sql/migrations']) copy(folder);
for (const file of functions) {
  const assets = join(dirname(file), 'assets');
  if (existsSync(join(root, assets))) copy(assets);
}
process.stdout.write(`${functions.length} functions bundled into ${out}\n`);

function copy(folder: string): void {
  cpSync(join(root, folder), join(out, folder), { recursive: true });
}
