import { globSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { forbiddenImport } from './import-rules.ts';
import { readImports } from './read-imports.ts';

const sources = globSync(['functions/**/*.ts', 'lib/**/*.ts', 'test/**/*.ts']);

describe('the import directions', () => {
  it('sees the source files and their imports at all', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(readImports('lib/http/serve.ts').map((found) => found.to)).toContain(
      'lib/http/status-response.ts',
    );
    expect(readImports('lib/http/serve.ts').map((found) => found.to)).toContain('@hono/node-server');
  });

  it.each([
    ['functions/a/index.ts', 'functions/b/handler.ts', true],
    ['functions/a/index.ts', 'lib/postgres/x.ts', false],
    ['functions/a/index.ts', 'lib/local/cluster/x.ts', true],
    ['functions/a/handler.ts', 'pg', true],
    ['lib/access/x.ts', 'lib/kubernetes/y.ts', true],
    ['lib/core/x.ts', 'lib/http/y.ts', true],
    ['lib/local/x.ts', 'lib/postgres/y.ts', false],
    ['lib/postgres/x.ts', 'pg', false],
    ['functions/a/index.ts', 'test/support/x.ts', true],
  ])('judges %s -> %s', (from, to, forbidden) => {
    expect(forbiddenImport({ from, to, typeOnly: false }) !== undefined).toBe(forbidden);
  });

  it('go one way everywhere', () => {
    const violations = sources
      .flatMap(readImports)
      .map((found) => ({ found, why: forbiddenImport(found) }))
      .filter(({ why }) => why !== undefined)
      .map(({ found, why }) => `${found.from} -> ${found.to}: ${why}`);
    expect(violations).toEqual([]);
  });
});

describe('the folders', () => {
  it('knative/ has a folder for every function and no other', () => {
    const functions = folders('functions');
    const shared = ['base', 'telemetry', 'overlays'];
    expect(folders('knative').filter((name) => !shared.includes(name))).toEqual(functions);
  });

  it('at the top are exactly those of the design', () => {
    const hidden = (name: string) =>
      name.startsWith('.') || name === 'node_modules' || name === 'dist' || name === 'coverage';
    expect(folders('.').filter((name) => !hidden(name))).toEqual([
      'functions',
      'knative',
      'lib',
      'sql',
      'test',
    ]);
  });
});

function folders(parent: string): string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
