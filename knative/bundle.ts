import { cpSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/**
 * `npm run bundle [-- --out FOLDER]`: every function as one file for the image, with the SQL and assets that it
 * reads at the same places relative to it as in the checkout. One file each and no shared chunks, because what
 * counts is the time from process start to ready.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const out = values.out;

/** What is only loaded where a kubeconfig is used: apart, so that a start in a pod does not even parse it. */
const kubernetesClient = 'lib/kubernetes/kubernetes-client';

const common: BuildOptions = {
  outdir: out,
  outbase: root,
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
    building.onResolve({ filter: /\/kubernetes-client\.ts$/ }, () => ({
      path: `../../${kubernetesClient}.js`,
      external: true,
    }));
  },
};

/**
 * The Kubernetes client does not say that its modules only declare things, so without this 16 MB of models come
 * along for the 50 kB that read kubeconfigs.
 */
const clientWithoutModels: Plugin = {
  name: 'kubernetes-client-without-models',
  setup: (building) => {
    building.onResolve({ filter: /.*/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === 'asked') return undefined;
      if (!/@kubernetes\/client-node(?:\/|$)/.test(path.startsWith('.') ? importer : path)) return undefined;
      const found = await building.resolve(path, { kind, importer, resolveDir, pluginData: 'asked' });
      return { ...found, sideEffects: false };
    });
  },
};

const functions = globSync('functions/*/index.ts', { cwd: root }).sort();
if (functions.length === 0) throw new Error(`Cannot bundle: no functions/*/index.ts in "${root}"`);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({ ...common, entryPoints: functions, plugins: [clientApart] });
await build({ ...common, entryPoints: [`${kubernetesClient}.ts`], plugins: [clientWithoutModels] });

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
