import type { Measures } from '../benchmark.ts';
import type { CdcContext } from './cdc-context.ts';
import { runSource } from './run-source.ts';

const rowsEach = 10;

/** How fast a source catches up with transactions of ten rows. */
export function measureBacklog(context: CdcContext): Promise<Measures> {
  return runSource(context, { transactions: context.settings.backlog_changes / rowsEach, rowsEach });
}
