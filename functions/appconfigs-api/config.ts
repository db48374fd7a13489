import type { z } from 'zod';
import { accessConfig, checkAccess } from '../../lib/runtime/access-config.ts';
import { appconfigConfig } from '../../lib/runtime/appconfig-config.ts';
import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { duration, integer } from '../../lib/runtime/config-fields.ts';
import { streamConfig } from '../../lib/runtime/stream-config.ts';

export const configSchema = baseConfig(8086)
  .extend({
    ...databaseConfig,
    ...accessConfig,
    ...appconfigConfig,
    QUERY_TIMEOUT: duration('10s').describe('Longest time of one statement'),
    ...streamConfig,
    MAX_STREAMS: integer({ min: 1, max: 100_000, default: 1_000 }).describe('Most streams open at a time'),
  })
  .superRefine(checkAccess);

export type AppconfigsApiConfig = Readonly<z.output<typeof configSchema>>;
