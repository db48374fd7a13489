import { z } from 'zod';
import { accessConfig, checkAccess } from '../../lib/runtime/access-config.ts';
import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { duration } from '../../lib/runtime/config-fields.ts';
import { streamConfig } from '../../lib/runtime/stream-config.ts';

export const configSchema = baseConfig(8080)
  .extend({
    ...databaseConfig,
    ...accessConfig,
    ...streamConfig,
    TLS_CERT_FILE: z
      .string()
      .optional()
      .describe('PEM certificate: HTTPS beside HTTP on the same port, without which kubectl sends no token'),
    TLS_KEY_FILE: z.string().optional().describe('PEM key of that certificate'),
    QUERY_TIMEOUT: duration('10s').describe('Longest time of one statement'),
  })
  .superRefine(checkAccess);
