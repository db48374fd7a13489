import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A new folder below the system's temporary one. Others may pass through it and read nothing, so that a PostgreSQL
 * that runs under another account finds its data inside.
 */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `kubemirror-${name}-`));
  chmodSync(folder, 0o711);
  return folder;
}
