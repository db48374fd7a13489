import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseCluster } from './choose-cluster.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubemirror-choose-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function kubeconfig(text: string): string {
  const path = join(folder, 'config');
  writeFileSync(path, text);
  return path;
}

describe('chooseCluster()', () => {
  it('follows the current context of KUBECONFIG', () => {
    const path = kubeconfig('current-context: prod\n');
    expect(chooseCluster({ demo: false, kubeconfig: undefined }, { KUBECONFIG: path })).toEqual({
      kind: 'kubeconfig',
      path,
      context: 'prod',
    });
  });

  it('takes the development cluster when asked, whatever kubeconfig there is', () => {
    const path = kubeconfig('current-context: prod\n');
    expect(chooseCluster({ demo: true, kubeconfig: path }, {})).toMatchObject({ kind: 'development' });
  });

  it('takes the development cluster where KUBECONFIG has no context or does not exist, and says why', () => {
    const path = kubeconfig('clusters: []\n');
    const choose = (KUBECONFIG: string) =>
      chooseCluster({ demo: false, kubeconfig: undefined }, { KUBECONFIG });
    expect(choose(path)).toEqual({ kind: 'development', why: `${path} has no current context` });
    expect(choose(join(folder, 'none'))).toEqual({ kind: 'development', why: 'there is no kubeconfig' });
  });

  it('refuses a --kubeconfig that names no usable file rather than follow another cluster', () => {
    expect(() => chooseCluster({ demo: false, kubeconfig: join(folder, 'none') }, {})).toThrow(
      'no such file',
    );
    const path = kubeconfig('{}\n');
    expect(() => chooseCluster({ demo: false, kubeconfig: path }, {})).toThrow('no current context');
  });
});
