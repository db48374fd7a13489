import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A local account as `/etc/passwd` has it. */
export type Account = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * The account that PostgreSQL runs as when we are root, because it refuses to run as root: `postgres` where it
 * exists, else `nobody`, which every distribution and base image has. Creating an account instead would need
 * tools that slim images lack, and would outlive us. `undefined` when we are not root.
 * initdb looks its account up by name, so a bare number without an entry would not do.
 */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = parsePasswd(await readFile('/etc/passwd', 'utf8'));
  const account = ['postgres', 'nobody']
    .map((name) => accounts.find((candidate) => candidate.name === name))
    .find((candidate) => candidate !== undefined);
  if (account === undefined) {
    throw new Error(
      'Cannot run PostgreSQL as root: /etc/passwd has neither postgres nor nobody, expected one',
    );
  }
  return account;
}

/** True when the account can read `path` and enter every folder above it, going by owner and others' bits. */
export async function isReachable(path: string, account: Account): Promise<boolean> {
  const { mode, uid } = await stat(path);
  if (!grants(mode, uid, account, 0o4)) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const entry = await stat(folder);
    if (!grants(entry.mode, entry.uid, account, 0o1)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function grants(mode: number, owner: number, account: Account, bit: number): boolean {
  return (mode & (owner === account.uid ? bit << 6 : bit)) !== 0;
}

function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (!name || !uid || !gid) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
