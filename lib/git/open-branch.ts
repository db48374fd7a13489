import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommitContent, fastImportCommit } from './fast-import-commit.ts';
import { type GitRemote, gitEnvironment } from './git-remote.ts';
import { lastLine, type PushResult, pushResult } from './push-result.ts';
import { createRunGit, type GitAnswer, GitError } from './run-git.ts';

/** One branch of a remote repository, through a bare clone of its newest commit. */
export type GitBranch = {
  /** The branch's newest commit; `undefined` where the branch or the whole repository is empty. */
  readonly fetch: () => Promise<string | undefined>;
  /** The branch's newest commit on the remote, without fetching it. */
  readonly remoteTip: () => Promise<string | undefined>;
  /** Blobs by path below a folder of a commit, `a/b.json` for `<folder>/a/b.json`. */
  readonly listFiles: (commit: string, folder: string) => Promise<Map<string, string>>;
  /** Contents by blob. */
  readonly readBlobs: (blobs: readonly string[]) => Promise<Map<string, Buffer>>;
  /** Makes a commit and pushes it, never by force. The commit's id, and how the remote took it. */
  readonly push: (
    content: CommitContent,
  ) => Promise<{ readonly commit: string; readonly result: PushResult }>;
  /** Removes the clone. */
  readonly close: () => Promise<void>;
};

/** Loose objects of so many commits are packed in one go. */
const defaultPushesPerPacking = 500;

const prefix = 'kubemirror-git-';

const tipRef = 'refs/kubemirror/tip';
const nextRef = 'refs/kubemirror/next';

/**
 * Makes the clone; nothing is fetched yet.
 * @param options.parentFolder a folder for nothing else, where what earlier processes left behind is removed; the folder
 *   for temporary files otherwise
 * @throws when git is missing, or the remote's URL or credentials cannot be used
 */
export async function openBranch(
  remote: GitRemote,
  options: {
    readonly timeoutMs: number;
    readonly path: string;
    readonly parentFolder?: string;
    /** Pushes after which the clone is cut back to the newest commit; default 500. */
    readonly pushesPerPacking?: number;
  },
): Promise<GitBranch> {
  // A container that is killed and started again finds its volume as it left it.
  if (options.parentFolder !== undefined) await removeClones(options.parentFolder);
  const folder = await mkdtemp(join(options.parentFolder ?? tmpdir(), prefix));
  const run = createRunGit({
    folder,
    environment: gitEnvironment(remote, { home: folder, path: options.path }),
    timeoutMs: options.timeoutMs,
  });
  const must = async (args: readonly string[], stdin?: Buffer): Promise<Buffer> => {
    const answer = await run(args, stdin === undefined ? {} : { stdin });
    if (answer.code !== 0) throw failure(args, answer);
    return answer.stdout;
  };
  try {
    await must(['init', '--quiet', '--bare', '.']);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  let pushes = 0;
  /** Without this the clone would hold every commit that was ever made here, each with a tree as long as the folder. */
  const cutBack = async (tip: string): Promise<void> => {
    // Where the remote is away or has moved on, the next time is soon enough.
    if ((await fetchTip(run, remote).catch(() => undefined)) !== tip) return;
    await must(['update-ref', '-d', nextRef]);
    await must(['gc', '--quiet', '--prune=now']);
  };
  return {
    fetch: () => fetchTip(run, remote),
    remoteTip: async () => {
      const heads = (await must(['ls-remote', '--', remote.url, `refs/heads/${remote.branch}`])).toString();
      return heads.split('\t', 1)[0] || undefined;
    },
    listFiles: async (commit, below) =>
      parseTree(await must(['ls-tree', '-r', '-z', commit, '--', `${below}/`]), below),
    readBlobs: async (blobs) =>
      blobs.length === 0
        ? new Map()
        : parseBlobs(await must(['cat-file', '--batch', '--buffer'], Buffer.from(`${blobs.join('\n')}\n`))),
    push: async (content) => {
      // Forced only here, where it moves our own mark; the remote's branch never is.
      await must(['fast-import', '--quiet', '--force', '--done'], fastImportCommit(content, nextRef));
      const commit = (await must(['rev-parse', nextRef])).toString().trim();
      const answer = await run([
        'push',
        '--porcelain',
        '--no-verify',
        '--',
        remote.url,
        `${commit}:refs/heads/${remote.branch}`,
      ]);
      const result = pushResult({ ...answer, stdout: answer.stdout.toString() });
      if (result.kind === 'pushed') await must(['update-ref', tipRef, commit]);
      pushes += 1;
      if (result.kind === 'pushed' && pushes >= (options.pushesPerPacking ?? defaultPushesPerPacking)) {
        pushes = 0;
        await cutBack(commit);
      }
      return { commit, result };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function removeClones(parentFolder: string): Promise<void> {
  const clones = (await readdir(parentFolder)).filter((entry) => entry.startsWith(prefix));
  await Promise.all(clones.map((clone) => rm(join(parentFolder, clone), { recursive: true, force: true })));
}

async function fetchTip(
  run: ReturnType<typeof createRunGit>,
  remote: GitRemote,
): Promise<string | undefined> {
  const args = ['fetch', '--quiet', '--depth=1', '--no-tags', '--', remote.url];
  const answer = await run([...args, `+refs/heads/${remote.branch}:${tipRef}`]);
  if (answer.code === 0) {
    const tip = await run(['rev-parse', '--verify', `${tipRef}^{commit}`]);
    if (tip.code !== 0) throw failure(['rev-parse'], tip);
    return tip.stdout.toString().trim();
  }
  // A branch that is not there yet is made by the first push.
  if (/couldn't find remote ref/i.test(answer.stderr)) return undefined;
  throw failure(args, answer);
}

/** Records of `ls-tree -z`: `<mode> <type> <object>\t<path>`. */
function parseTree(output: Buffer, folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const record of output.toString().split('\0')) {
    const [meta = '', path] = record.split('\t', 2);
    const [, type, blob] = meta.split(' ');
    if (path === undefined || type !== 'blob' || blob === undefined) continue;
    files.set(path.slice(folder.length + 1), blob);
  }
  return files;
}

/** Records of `cat-file --batch`: `<object> blob <size>\n<content>\n`. */
function parseBlobs(output: Buffer): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (let offset = 0; offset < output.length; ) {
    const end = output.indexOf(10, offset);
    const [object = '', type, size] = output.toString('utf8', offset, end).split(' ');
    if (type !== 'blob') throw new Error(`Cannot read object "${object}": ${type}, expected a blob`);
    const from = end + 1;
    contents.set(object, output.subarray(from, from + Number(size)));
    offset = from + Number(size) + 1;
  }
  return contents;
}

function failure(args: readonly string[], answer: GitAnswer): GitError {
  return new GitError(`Cannot git ${args[0]}: ${lastLine(answer.stderr)}`);
}
