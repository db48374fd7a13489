import { duration, integer } from './config-fields.ts';

/** Variables of every function that serves event streams. */
export const streamConfig = {
  HEARTBEAT_INTERVAL: duration('15s').describe('How often a quiet stream shows that it lives'),
  STREAM_LIFETIME: duration('9m').describe(
    'Longest life of one stream, after which its client comes back; below what a proxy or Knative allows',
  ),
  MAX_STREAMS: integer({ min: 1, max: 100_000, default: 5_000 }).describe('Most streams open at a time'),
};
