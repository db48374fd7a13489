import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where one `npm start` keeps everything; only its owner can read it. */
export type StateFolder = {
  readonly path: string;
  readonly file: (...names: string[]) => string;
  /** Signs the presenters' tokens; made once, so that tokens outlive a restart. */
  readonly jwtSignKey: string;
  readonly release: () => void;
};

/**
 * Opens the folder for this process alone.
 * @throws where another live runner has it: "Cannot use …: process 42 runs on it, choose another with --data"
 */
export function openStateFolder(path: string): StateFolder {
  const root = resolve(path);
  for (const folder of ['', 'logs', 'tokens'])
    mkdirSync(join(root, folder), { recursive: true, mode: 0o700 });
  const lock = join(root, 'runner.pid');
  const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new Error(`Cannot use ${root}: process ${owner} runs on it, choose another folder with --data`);
  }
  writeFileSync(lock, String(process.pid), { mode: 0o600 });
  return {
    path: root,
    file: (...names) => join(root, ...names),
    jwtSignKey: readOrMake(join(root, 'jwt-sign-key'), () => randomBytes(32).toString('base64url')),
    release: () => rmSync(lock, { force: true }),
  };
}

function readOrMake(path: string, make: () => string): string {
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600 });
  return readFileSync(path, 'utf8').trim();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
