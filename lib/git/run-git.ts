import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Answer of a git process that ended by itself. */
export type GitAnswer = { readonly code: number; readonly stdout: Buffer; readonly stderr: string };

export type RunGit = (args: readonly string[], options?: { readonly stdin?: Buffer }) => Promise<GitAnswer>;

/** Git, its transport or the remote did not do what was asked for; another attempt may succeed. */
export class GitError extends Error {
  override name = 'GitError';
}

/** Output beyond this is a sign of something else than our few kilobytes of configuration. */
const maxOutputBytes = 256 * 1024 * 1024;
const maxStderrLength = 4_000;

/**
 * Runs git in a folder. Arguments are never seen by a shell.
 * @throws GitError when git is not installed, takes longer than `timeoutMs`, or floods us
 */
export function createRunGit(options: {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}): RunGit {
  return async (args, { stdin } = {}) => {
    const child = spawn('git', [...args], {
      cwd: options.folder,
      env: { ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Its own group: transports are children of git, and a hanging one has to end with it.
      detached: true,
    });
    let problem: string | undefined;
    const end = (why: string) => {
      problem ??= why;
      // A group that has ended already is no problem.
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(end, options.timeoutMs, `no end after ${options.timeoutMs} ms`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) end(`more than ${maxOutputBytes} bytes of output`);
      else chunks.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < maxStderrLength) stderr += text;
    });
    // A git that stops reading early tells by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      if (problem !== undefined) throw new GitError(`Cannot run git ${args[0]}: ${problem}`);
      return { code: code ?? -1, stdout: Buffer.concat(chunks), stderr: stderr.slice(0, maxStderrLength) };
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (missing)
        throw new GitError('Cannot run git: it is not installed, expected it on the PATH', { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
