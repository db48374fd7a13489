import type { z } from 'zod';
import { baseConfig } from '../../lib/runtime/base-config.ts';
import { sinkConfig } from '../../lib/runtime/sink-config.ts';
import { watcherConfig } from '../../lib/runtime/watcher-config.ts';

/** Environment of events-watcher. */
export const eventsWatcherConfig = baseConfig(8082).extend({ ...sinkConfig, ...watcherConfig });

export type EventsWatcherConfig = Readonly<z.output<typeof eventsWatcherConfig>>;
