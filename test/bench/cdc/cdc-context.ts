import type { BenchDatabase } from '../bench-database.ts';
import type { CdcSettings } from './cdc-benchmark.ts';

/** What all measurements of this folder share. */
export type CdcContext = {
  readonly database: BenchDatabase;
  readonly settings: CdcSettings;
  /** For the functions under test. */
  readonly environment: Readonly<Record<string, string>>;
};
