import { z } from 'zod';
import { appconfigConfig } from '../../lib/runtime/appconfig-config.ts';
import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { duration, integer } from '../../lib/runtime/config-fields.ts';

export const rendererConfig = baseConfig(8085).extend({
  ...databaseConfig,
  ...appconfigConfig,
  CLUSTER_NAME: z.string().optional().describe('Name of the cluster; found out where empty'),
  RENDER_MODE: z
    .enum(['apply', 'git'])
    .default('apply')
    .describe('Where AppConfigs go: into the cluster, or into a Git repository'),
  FIELD_MANAGER: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'expected up to 128 printable characters')
    .default('kubemirror-renderer')
    .describe('Owner of the rendered fields in the cluster'),
  RENDER_CONCURRENCY: integer({ min: 1, max: 500, default: 16 }).describe(
    'Most AppConfigs rendered at a time',
  ),
  RECONCILE_INTERVAL: duration('1h').describe('How often everything is compared'),
  UNTOLD_AFTER: duration('10s').describe('Age at which a change is rendered although no event told of it'),
  RETRY_BASE: duration('1s').describe('Upper bound of the first wait after a failure; it doubles'),
  RETRY_CAP: duration('5m').describe('Upper bound of every wait after a failure'),
  PRUNE_MAX_COUNT: integer({ min: 0, max: 1_000_000, default: 10 }).describe(
    'So many objects that belong to no AppConfig are always removed',
  ),
  PRUNE_MAX_PERCENT: integer({ min: 0, max: 100, default: 20 }).describe(
    'More than that are removed up to this share of all; beyond it nothing is, until somebody raises it',
  ),
  WATCH_SILENCE_TIMEOUT: duration('150s').describe('Silence of the API server after which a watch is dead'),
});

export type RendererConfig = Readonly<z.output<typeof rendererConfig>>;
