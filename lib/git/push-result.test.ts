import { describe, expect, it } from 'vitest';
import { lastLine, pushResult } from './push-result.ts';

const answer = (code: number, stdout: string, stderr = '') => ({ code, stdout, stderr });

describe('pushResult()', () => {
  it.each([
    ['[rejected] (fetch first)', 'moved'],
    ['[rejected] (non-fast-forward)', 'moved'],
    ["[remote rejected] (cannot lock ref 'refs/heads/main': is at 1 but expected 2)", 'moved'],
    ['[remote rejected] (failed to update ref)', 'moved'],
    ['[remote rejected] (incorrect old value provided)', 'moved'],
    ['[remote rejected] (pre-receive hook declined)', 'refused'],
    ['[remote rejected] (protected branch hook declined)', 'refused'],
  ])('takes %j for %s', (summary, kind) => {
    const stdout = `To https://example.org/r\n!\tabc:refs/heads/main\t${summary}\nDone\n`;
    expect(pushResult(answer(1, stdout)).kind).toBe(kind);
  });

  it('takes an end without rejection for pushed or failed', () => {
    expect(pushResult(answer(0, 'To x\n*\tabc:refs/heads/main\t[new branch]\nDone\n'))).toEqual({
      kind: 'pushed',
    });
    expect(pushResult(answer(128, '', 'fatal: could not read from remote\n'))).toEqual({
      kind: 'failed',
      message: 'fatal: could not read from remote',
    });
  });
});

describe('lastLine()', () => {
  it('prefers the line that names the error', () => {
    expect(lastLine('warning: x\nfatal: repository not found\nhint: try again\n')).toBe(
      'fatal: repository not found',
    );
    expect(lastLine('only this\n')).toBe('only this');
    expect(lastLine('')).toBe('git said nothing');
  });
});
