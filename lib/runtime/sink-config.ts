import { z } from 'zod';
import { duration, integer } from './config-fields.ts';

/** Variables of every function that emits events; SinkBinding sets the K_ ones. */
export const sinkConfig = {
  K_SINK: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL; SinkBinding sets it' })
    .describe('Where events go'),
  K_CE_OVERRIDES: z.string().optional().describe('JSON with extensions that every event gets'),
  K_CA_CERTS: z.string().optional().describe('PEM certificates that are trusted for the sink as well'),
  OIDC_TOKEN_FILE: z
    .string()
    .default('/oidc/token')
    .describe('Token that is sent to the sink, where the file exists'),
  SEND_TIMEOUT: duration('60s').describe('Longest wait for the sink to acknowledge one event'),
  MAX_IN_FLIGHT: integer({ min: 1, max: 10_000, default: 128 }).describe('Most events sent at a time'),
};
