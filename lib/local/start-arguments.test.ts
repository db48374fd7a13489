import { describe, expect, it } from 'vitest';
import { parseStartArguments } from './start-arguments.ts';

describe('parseStartArguments()', () => {
  it('starts on port 18080 in .kubemirror when nothing is asked for', () => {
    expect(parseStartArguments([])).toEqual({
      kind: 'start',
      arguments: {
        json: false,
        demo: false,
        dataDir: '.kubemirror',
        portBase: 18_080,
        kubeconfig: undefined,
      },
    });
  });

  it('takes every option', () => {
    const args = ['--json', '--demo', '--data', '/tmp/x', '--port-base', '20000', '--kubeconfig', 'k'];
    expect(parseStartArguments(args)).toEqual({
      kind: 'start',
      arguments: { json: true, demo: true, dataDir: '/tmp/x', portBase: 20_000, kubeconfig: 'k' },
    });
  });

  it.each([['--port-base', '80'], ['--port-base', 'x'], ['--port-base', '65500'], ['--nope'], ['stray']])(
    'refuses %s %s with a reason',
    (...args) => {
      expect(parseStartArguments(args)).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining(args.at(-1) ?? ''),
      });
    },
  );

  it('gives help when asked', () => {
    expect(parseStartArguments(['--help'])).toEqual({ kind: 'help' });
  });
});
