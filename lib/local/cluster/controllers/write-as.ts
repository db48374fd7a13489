import type { WriteOptions } from '../writes/write-options.ts';

/** Options of a write that the server itself does under a manager's name. */
export function writeAs(manager: string): WriteOptions {
  return { manager, dryRun: false, fieldValidation: 'Ignore', warn: () => undefined };
}
