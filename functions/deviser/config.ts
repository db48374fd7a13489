import { z } from 'zod';
import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { duration, flag, integer } from '../../lib/runtime/config-fields.ts';

const units: Readonly<Record<string, number>> = { '': 1, Ki: 1_024, Mi: 1_048_576, Gi: 1_073_741_824 };

/** Bytes as a whole number, or with Ki, Mi or Gi. */
function bytes(defaultText: string) {
  return z
    .string()
    .regex(/^\d{1,12}(?:Ki|Mi|Gi)?$/, 'expected bytes such as 500Mi or 10Gi')
    .transform((text) => {
      const [, amount = '0', unit = ''] = /^(\d+)(.*)$/.exec(text) ?? [];
      return Number(amount) * (units[unit] ?? Number.NaN);
    })
    .default(Number(defaultText));
}

/** A share from above 0 to 1. */
function ratio(defaultValue: number) {
  return z
    .string()
    .regex(/^(?:0?\.\d+|1(?:\.0+)?)$/, 'expected a number above 0 and up to 1')
    .transform(Number)
    .pipe(z.number().gt(0).max(1))
    .default(defaultValue);
}

export const deviserConfig = baseConfig(8081)
  .extend({
    ...databaseConfig,
    DB_PARTITIONS_DAYS: integer({ min: 1, max: 90, default: 7 }).describe(
      'Days that have their partitions ahead, today included',
    ),
    PM_RETENTION_DAYS: integer({ min: 1, max: 3_650, default: 2 }).describe(
      'Full days of Kubernetes events that are kept, besides today',
    ),
    HISTORY_RETENTION_DAYS: integer({ min: 1, max: 3_650, default: 7 }).describe(
      'Full days of object versions that are kept, besides today',
    ),
    PM_MAX_PARTITIONS_SIZE: bytes(String(10 * 1_073_741_824)).describe(
      'Most space of all partitions, as in 10Gi; 0 for no limit',
    ),
    PM_TRIGGER_RATIO: ratio(0.75).describe('Share of that space at which the oldest partitions go'),
    PM_TARGET_RATIO: ratio(0.6).describe('Share of that space that is aimed at then'),
    PM_DRY_RUN: flag(false).describe('Only log what would be dropped and purged'),
    SOFT_DELETE_RETENTION_DAYS: integer({ min: 0, max: 3_650, default: 30 }).describe(
      'Days that rows of deleted objects are kept; 0 for ever',
    ),
    SOFT_DELETE_PURGE_BATCH_SIZE: integer({ min: 1, max: 100_000, default: 1_000 }).describe(
      'Rows that one transaction purges',
    ),
    QUARANTINE_RETENTION_DAYS: integer({ min: 0, max: 3_650, default: 30 }).describe(
      'Days that quarantined messages are kept; 0 for ever',
    ),
    MAINTENANCE_INTERVAL: duration('1h').describe(
      'How often maintenance runs without being asked; 0s for never',
    ),
    LOCK_TIMEOUT: duration('2s').describe('Longest wait for a lock of a schema change'),
  })
  .refine((config) => config.PM_TARGET_RATIO <= config.PM_TRIGGER_RATIO, {
    path: ['PM_TARGET_RATIO'],
    error: 'expected at most PM_TRIGGER_RATIO',
  });
