import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GitServer, startGitServer } from '../../test/support/git-server.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { blobId } from './blob-id.ts';
import type { GitRemote } from './git-remote.ts';
import { type GitBranch, openBranch } from './open-branch.ts';

let server: GitServer;
beforeAll(async () => {
  server = await startGitServer();
});
afterAll(() => server.close());

const opened: GitBranch[] = [];
const folders: string[] = [];
afterEach(async () => {
  server.refuse(undefined);
  await Promise.all(opened.splice(0).map((branch) => branch.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderForClones(): string {
  const folder = temporaryFolder('clones');
  folders.push(folder);
  return folder;
}

async function open(remote: Partial<GitRemote>, timeoutMs = 20_000): Promise<GitBranch> {
  const branch = await openBranch(
    { url: server.fileUrl, branch: 'main', ...remote },
    { timeoutMs, path: server.path },
  );
  opened.push(branch);
  return branch;
}

const commit = (parent: string | undefined, files: Record<string, string | undefined>) => ({
  parent,
  files: new Map<string, Buffer | 'deleted'>(
    Object.entries(files).map(([path, text]) => [path, text === undefined ? 'deleted' : Buffer.from(text)]),
  ),
  message: 'change',
  author: { name: 'Renderer', email: 'renderer@example.org' },
  at: new Date('2026-11-20T12:00:00Z'),
});

describe.each<{ transport: string; remote: (name: string) => Partial<GitRemote> }>([
  { transport: 'file', remote: (branch) => ({ branch }) },
  { transport: 'http', remote: (branch) => ({ branch, url: server.httpUrl, token: server.token }) },
  {
    transport: 'ssh',
    remote: (branch) => ({
      branch,
      url: server.sshUrl,
      ssh: {
        program: server.sshProgram,
        keyFile: server.sshKeyFile,
        knownHostsFile: server.sshKnownHostsFile,
      },
    }),
  },
])('openBranch() over $transport', ({ transport, remote }) => {
  it('makes the branch, changes it, and reads it back', async () => {
    const name = `branch-${transport}`;
    const branch = await open(remote(name));
    expect(await branch.fetch()).toBeUndefined();
    const first = await branch.push(
      commit(undefined, { 'f/a.json': 'A\n', 'f/b.json': 'B\n', 'other.txt': 'O' }),
    );
    expect(first.result).toEqual({ kind: 'pushed' });
    expect(await branch.fetch()).toBe(first.commit);
    const second = await branch.push(commit(first.commit, { 'f/a.json': 'A2\n', 'f/b.json': undefined }));
    expect(server.files('f', name)).toEqual({ 'a.json': 'A2\n' });
    expect(server.git('show', `${name}:other.txt`)).toBe('O');
    const files = await branch.listFiles(second.commit, 'f');
    expect(files).toEqual(new Map([['a.json', blobId(Buffer.from('A2\n'))]]));
    expect(await branch.readBlobs([...files.values()])).toEqual(
      new Map([[blobId(Buffer.from('A2\n')), Buffer.from('A2\n')]]),
    );
  });
});

describe('openBranch()', () => {
  it('says that the branch has moved on, and overwrites nothing', async () => {
    server.commitFile('f/a.json', 'A\n', 'moving');
    const branch = await open({ branch: 'moving' });
    const tip = await branch.fetch();
    server.commitFile('f/theirs.json', 'T\n', 'moving');
    const late = await branch.push(commit(tip, { 'f/a.json': 'mine\n' }));
    expect(late.result).toEqual({ kind: 'moved' });
    expect(server.files('f', 'moving')).toEqual({ 'a.json': 'A\n', 'theirs.json': 'T\n' });
    const again = await branch.push(commit(await branch.fetch(), { 'f/a.json': 'mine\n' }));
    expect(again.result).toEqual({ kind: 'pushed' });
    expect(server.files('f', 'moving')).toEqual({ 'a.json': 'mine\n', 'theirs.json': 'T\n' });
  });

  it('removes what killed processes left in a folder of its own', async () => {
    const parentFolder = folderForClones();
    const options = { timeoutMs: 20_000, path: server.path, parentFolder };
    await openBranch({ url: server.fileUrl, branch: 'main' }, options);
    opened.push(await openBranch({ url: server.fileUrl, branch: 'main' }, options));
    expect(readdirSync(parentFolder).length).toBe(1);
  });

  it('does not keep what it has pushed for ever', async () => {
    const parentFolder = folderForClones();
    const branch = await openBranch(
      { url: server.httpUrl, token: server.token, branch: 'long' },
      { timeoutMs: 20_000, path: server.path, parentFolder, pushesPerPacking: 3 },
    );
    opened.push(branch);
    const [clone = ''] = readdirSync(parentFolder);
    let tip: string | undefined;
    const kept: number[] = [];
    for (let round = 1; round <= 7; round += 1) {
      const pushed = await branch.push(commit(tip, { [`f/${round}.json`]: `${round}\n` }));
      expect(pushed.result).toEqual({ kind: 'pushed' });
      tip = pushed.commit;
      const commits = execFileSync('git', ['rev-list', '--all'], { cwd: join(parentFolder, clone) });
      kept.push(commits.toString().trim().split('\n').length);
    }
    expect(kept).toEqual([1, 2, 1, 2, 3, 1, 2]);
    expect((await branch.listFiles(tip ?? '', 'f')).size).toBe(7);
    expect(server.git('rev-list', '--count', 'long').trim()).toBe('7');
  });

  it('says that a branch appeared where there was none', async () => {
    const branch = await open({ branch: 'appearing' });
    expect(await branch.fetch()).toBeUndefined();
    server.commitFile('x', 'x', 'appearing');
    expect((await branch.push(commit(undefined, { 'f/a.json': 'A' }))).result).toEqual({ kind: 'moved' });
  });

  it('passes on why a remote refuses', async () => {
    const branch = await open({ branch: 'refused' });
    server.refuse('not on a Friday');
    const { result } = await branch.push(commit(undefined, { 'f/a.json': 'A' }));
    expect(result).toEqual({ kind: 'refused', message: '[remote rejected] (pre-receive hook declined)' });
  });

  it('fails with a wrong token, without a question to anybody and without the token in the message', async () => {
    const branch = await open({ url: server.httpUrl, token: { username: 'git', secret: 'wrong-one' } });
    await expect(branch.fetch()).rejects.toThrow(/Cannot git fetch: (?!.*wrong-one)/);
  });

  it('fails where there is no repository', async () => {
    const branch = await open({ url: `${server.fileUrl}-nowhere` });
    await expect(branch.fetch()).rejects.toThrow('Cannot git fetch');
  });

  it('gives up on a remote that does not answer in time', async () => {
    const branch = await open({ url: server.httpUrl.replace(/:\d+/, ':9'), branch: 'main' }, 5_000);
    await expect(branch.fetch()).rejects.toThrow('Cannot git fetch');
  });
});
