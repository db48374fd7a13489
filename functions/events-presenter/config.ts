import { accessConfig, checkAccess } from '../../lib/runtime/access-config.ts';
import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { duration } from '../../lib/runtime/config-fields.ts';
import { streamConfig } from '../../lib/runtime/stream-config.ts';

export const configSchema = baseConfig(8083)
  .extend({
    ...databaseConfig,
    ...accessConfig,
    ...streamConfig,
    QUERY_TIMEOUT: duration('10s').describe('Longest time of one statement'),
  })
  .superRefine(checkAccess);
