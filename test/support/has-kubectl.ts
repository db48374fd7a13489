import { execFileSync } from 'node:child_process';

/** Whether stock kubectl is on the path; a machine with only Node has none, and its tests must pass, too. */
export function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client']);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
