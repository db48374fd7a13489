import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/**
 * `npm run bundle [-- --out FOLDER] [--compile-cache]`: every function as one file for the image, with the SQL and assets that it
 * reads at the same places relative to it as in the checkout. One file each and no shared chunks, because what
 * counts is the time from process start to ready. Not minified: that would save 20 ms of 350 and every readable
 * stack trace. With `--compile-cache`, what V8 makes of the bundles lies in `compile-cache/` and saves 50 ms; it only
 * fits the same Node at the same path.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist') },
    'compile-cache': { type: 'boolean', default: false },
  },
});
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

/**
 * Built-in modules by require: importing `node:http` makes Node read every property of it for the facade, one of
 * which loads the whole of Node's own fetch, 40 ms that no function needs.
 */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup: (building) => {
    building.onResolve({ filter: /^(?:node:)?[a-z0-9_]+(?:\/[a-z]+)*$/ }, ({ path, namespace }) => {
      if (!isBuiltin(path)) return undefined;
      return namespace === 'builtin' ? { path, external: true } : { path, namespace: 'builtin' };
    });
    building.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
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

/** What people run by hand, in a pod that has the database's address. */
const tools = ['functions/deviser/quarantine.ts'];

const functions = globSync('functions/*/index.ts', { cwd: root }).sort();
if (functions.length === 0) throw new Error(`Cannot bundle: no functions/*/index.ts in "${root}"`);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({ ...common, entryPoints: [...functions, ...tools], plugins: [builtinsByRequire, clientApart] });
await build({
  ...common,
  entryPoints: [`${kubernetesClient}.ts`],
  plugins: [builtinsByRequire, clientWithoutModels],
});

writeFileSync(join(out, 'package.json'), `${JSON.stringify({ type: 'module', private: true })}\n`);
for (const folder of ['sql/queries', 'sql/migrations']) copy(folder);
for (const file of functions) {
  const assets = join(dirname(file), 'assets');
  if (existsSync(join(root, assets))) copy(assets);
}
if (values['compile-cache']) for (const file of functions) fillCompileCache(file);
process.stdout.write(`${functions.length} functions bundled into ${out}\n`);

function copy(folder: string): void {
  cpSync(join(root, folder), join(out, folder), { recursive: true });
}

/** Starts a function with a port that is none: it loads all of itself, says so and ends, which writes the cache. */
function fillCompileCache(file: string): void {
  const environment = { PORT: 'none', NODE_COMPILE_CACHE: join(out, 'compile-cache') };
  const bundle = join(out, file.replace(/\.ts$/, '.js'));
  const { status, stderr } = spawnSync(process.execPath, [bundle], { env: environment, encoding: 'utf8' });
  if (status !== 1 || !stderr.includes('PORT: expected a port')) {
    throw new Error(`Cannot load ${bundle}: it ended with ${status}, expected 1\n${stderr}`);
  }
}
