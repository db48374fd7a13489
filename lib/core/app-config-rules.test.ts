import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appConfigRules } from './app-config-rules.ts';

describe('the rule for a name', () => {
  it.each(['a', 'my-app', '0', 'a'.repeat(63)])('takes %j', (name) => {
    expect(appConfigRules.name(name)).toBeUndefined();
  });

  it.each([
    '',
    '../x',
    '/etc/x',
    '.',
    '..',
    'a/b',
    'A',
    'a_b',
    'ä',
    '-a',
    'a-',
    'a.b',
    'a\n',
    'a'.repeat(64),
    'a\0',
  ])('refuses %j', (name) => {
    expect(appConfigRules.name(name)).toBeTypeOf('string');
  });

  it('takes nothing that could leave a folder', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '0', '-', '.', '/', '..', '\n', 'A', '%2e')), (parts) => {
        const name = parts.join('');
        fc.pre(appConfigRules.name(name) === undefined);
        expect(name).toMatch(/^[a-z0-9-]{1,63}$/);
      }),
    );
  });
});

describe('the rule for a repository', () => {
  it.each([
    'https://example.org/team/repo.git',
    'http://git.example:3000/r',
    'ssh://git@example.org:22/r.git',
    'git@example.org:team/repo.git',
    'git://git-server/configs.git',
  ])('takes %j', (url) => {
    expect(appConfigRules.repository_url(url)).toBeUndefined();
  });

  it.each([
    '',
    'x',
    '/etc/passwd',
    'file:///etc',
    'ext::sh -c id',
    'javascript:alert(1)',
    'https://',
    'https://example.org',
    'https://user:secret@example.org/r',
    'https://example.org/a b',
    'https://example.org/\u0000',
    `https://example.org/${'x'.repeat(2048)}`,
    '--upload-pack=id@host:x',
  ])('refuses %j', (url) => {
    expect(appConfigRules.repository_url(url)).toBeTypeOf('string');
  });
});

describe('the rule for a branch', () => {
  it.each(['main', 'feature/x-1', 'release-1.2', 'ünï'])('takes %j', (branch) => {
    expect(appConfigRules.branch(branch)).toBeUndefined();
  });

  it.each([
    '',
    '-x',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    'a/',
    '/a',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a.lock',
    'a.lock/b',
    'a@{b',
    'HEAD',
  ])('refuses %j', (branch) => {
    expect(appConfigRules.branch(branch)).toBeTypeOf('string');
  });

  it('judges as Git does', () => {
    const letters = fc.constantFrom(
      'a',
      'b',
      '.',
      '/',
      '-',
      '@',
      '{',
      '~',
      ' ',
      '*',
      '[',
      'l',
      'lock',
      '.lock',
    );
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 6 }), (parts) => {
        const branch = parts.join('');
        const ours = appConfigRules.branch(branch) === undefined;
        expect(`${branch}: ${ours}`).toBe(`${branch}: ${gitTakes(branch)}`);
      }),
      { numRuns: 60 },
    );
  });
});

function gitTakes(branch: string): boolean {
  try {
    execFileSync('git', ['check-ref-format', `refs/heads/${branch}`], { stdio: 'ignore', cwd: '/' });
    return !branch.startsWith('-') && branch !== 'HEAD';
  } catch {
    return false;
  }
}
