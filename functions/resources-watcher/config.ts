import { z } from 'zod';
import { baseConfig } from '../../lib/runtime/base-config.ts';
import { duration, flag } from '../../lib/runtime/config-fields.ts';
import { sinkConfig } from '../../lib/runtime/sink-config.ts';
import { watcherConfig } from '../../lib/runtime/watcher-config.ts';

/** Environment of resources-watcher. */
export const resourcesWatcherConfig = baseConfig(8082).extend({
  ...sinkConfig,
  ...watcherConfig,
  STATIC_KINDS_FILE: z
    .string()
    .optional()
    .describe('Kinds to follow, lines of group/version/resource/Kind; the file in the image where empty'),
  MANAGED_GROUPS_FILE: z
    .string()
    .optional()
    .describe(
      'API groups whose custom resources are followed, one a line; the file in the image where empty',
    ),
  STREAMING_LISTS: flag(false).describe(
    'List by watch (sendInitialEvents) where the API server can; falls back to pages',
  ),
  RECONCILE_INTERVAL: duration('10m').describe(
    'How often everything that exists is compared with the database',
  ),
});

export type ResourcesWatcherConfig = Readonly<z.output<typeof resourcesWatcherConfig>>;
