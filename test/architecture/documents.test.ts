import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configurations } from '../support/configuration-table.ts';

describe('the documents', () => {
  it('have the configuration tables that the schemas say', () => {
    expect(() =>
      execFileSync(process.execPath, ['test/support/generate-documents.ts', '--check'], { stdio: 'pipe' }),
    ).not.toThrow();
  });

  it('explain every variable of every function', async () => {
    const all = await configurations();
    expect(all.size).toBeGreaterThan(0);
    const unexplained = [...all].flatMap(([name, list]) =>
      list.filter((variable) => variable.description === '').map((variable) => `${name}: ${variable.name}`),
    );
    expect(unexplained).toEqual([]);
  });

  it('name for every invariant at least one test, and only tests that exist', () => {
    const sections = readFileSync('functions/SPEC.md', 'utf8').split(/^## /m).slice(1);
    expect(sections.map((section) => section.slice(0, 2))).toEqual([
      'I1',
      'I2',
      'I3',
      'I4',
      'I5',
      'I6',
      'I7',
      'I8',
      'I9',
    ]);
    for (const section of sections) namesTests(section);
  });

  it('name for every defect of the stack before this one a test that exists, or why there is none', () => {
    const text = readFileSync('functions/DEFECTS.md', 'utf8');
    const [, ...entries] = text.split(/^(?=\*\*W)/m);
    for (const entry of entries) namesTests(entry);
    const numbers = Array.from(text.matchAll(/W(\d+)(?: to W(\d+))?/g), ([, from, to = from]) => {
      const first = Number(from);
      return Array.from({ length: Number(to) - first + 1 }, (_, index) => first + index);
    }).flat();
    expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 64 }, (_, index) => index + 1),
    );
  });
});

function namesTests(section: string): void {
  const references = Array.from(
    section.matchAll(/^- `([^`]+)`: "([^"]+)"$/gm),
    ([, file = '', name = '']) => ({
      file,
      name,
    }),
  );
  expect(references.length, section).toBeGreaterThan(0);
  for (const { file, name } of references)
    expect(readFileSync(file, 'utf8'), `${file} lacks "${name}"`).toContain(name);
}
