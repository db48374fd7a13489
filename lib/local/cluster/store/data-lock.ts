import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Claims a data directory for this process; one that a killed process left claimed is taken over.
 * @returns the way to give it back
 * @throws where a living process has it
 */
export function lockDataDirectory(directory: string): () => void {
  const file = join(directory, 'lock');
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder !== process.pid && isAlive(holder)) {
      throw new Error(`Cannot use ${directory}: process ${holder} has it, expected no other user`, {
        cause: error,
      });
    }
    writeFileSync(file, String(process.pid));
  }
  return () => rmSync(file, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted means that somebody is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
