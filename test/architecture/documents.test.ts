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
    for (const section of sections) {
      const references = Array.from(
        section.matchAll(/^- `([^`]+)`: "([^"]+)"$/gm),
        ([, file = '', name = '']) => ({ file, name }),
      );
      expect(references.length, section).toBeGreaterThan(0);
      for (const { file, name } of references)
        expect(readFileSync(file, 'utf8'), `${file} lacks "${name}"`).toContain(name);
    }
  });
});
