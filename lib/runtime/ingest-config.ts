import { z } from 'zod';
import { duration, integer } from './config-fields.ts';

/** Variables of both ingest functions. */
export const ingestConfig = {
  CLUSTER_NAME: z
    .string()
    .optional()
    .describe("Cluster of events from Knative's ApiServerSource, which do not name theirs"),
  POISON: z
    .enum(['quarantine', 'reject'], { error: 'expected quarantine or reject' })
    .default('quarantine')
    .describe(
      'What to do with a message that can never be stored: keep it, or answer 422 for the dead-letter sink',
    ),
  BATCH_MAX_ROWS: integer({ min: 1, max: 10_000, default: 256 }).describe('Most rows of one transaction'),
  BATCH_MAX_BYTES: integer({ min: 1_000, max: 100_000_000, default: 4_000_000 }).describe(
    'Most bytes of one transaction',
  ),
  BATCH_WRITERS: integer({ min: 1, max: 16, default: 2 }).describe(
    'Transactions at once: while one commits, the next is staged',
  ),
  QUEUE_MAX_ROWS: integer({ min: 1, max: 1_000_000, default: 5_000 }).describe(
    'Most events that wait for their transaction; beyond them 429',
  ),
  QUEUE_MAX_BYTES: integer({ min: 1_000, max: 1_000_000_000, default: 64_000_000 }).describe(
    'Most bytes that wait for their transaction; beyond them 429',
  ),
  MAX_EVENT_BYTES: integer({ min: 1_000, max: 100_000_000, default: 16_000_000 }).describe(
    'Largest body that is taken; beyond it 413',
  ),
  STATEMENT_TIMEOUT: duration('30s').describe('Longest statement'),
};
