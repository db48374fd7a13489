import { z } from 'zod';
import { eventTypes } from '../../lib/core/event-types.ts';
import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { sinkConfig } from '../../lib/runtime/sink-config.ts';
import { parseTables } from './parse-tables.ts';

/** A name that PostgreSQL takes for a slot, with room for the suffix of its copy. */
const slotName = z
  .string()
  .regex(/^[a-z0-9_]{1,45}$/, 'expected up to 45 lower-case letters, digits and underscores');

export const changesSourceConfig = baseConfig(8084).extend({
  ...databaseConfig,
  ...sinkConfig,
  CLUSTER_NAME: z
    .string()
    .optional()
    .describe("Name in the events' source; the database's own identifier where empty"),
  CHANGE_SOURCE: z
    .enum(['auto', 'logical', 'outbox'])
    .default('auto')
    .describe(
      'How changes are read: a replication slot, or triggers and polling; auto takes what the server allows',
    ),
  CHANGE_TABLES: z
    .string()
    .default(`public.app_configs=${eventTypes.appconfigChanged}`)
    .transform((text, context) => {
      const parsed = parseTables(text);
      if (parsed.kind === 'tables') return parsed.tables;
      context.addIssue({ code: 'custom', message: parsed.reason });
      return z.NEVER;
    })
    .describe('Tables to follow with the type of their events, as schema.table=type,…'),
  SLOT_NAME: slotName.default('kubemirror_changes').describe('Replication slot, or name of the poller'),
  PUBLICATION_NAME: slotName.optional().describe('Publication; the name of the slot where empty'),
});
