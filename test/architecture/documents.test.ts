import { execFileSync } from 'node:child_process';
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
});
