import { z } from 'zod';
import { transportOf } from '../../lib/git/git-remote.ts';
import { appconfigConfig } from '../../lib/runtime/appconfig-config.ts';
import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { duration, integer } from '../../lib/runtime/config-fields.ts';

/** Plain segments, so that a file's path can be nothing else. */
const folder = z
  .string()
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    'expected a relative folder without ..',
  );

const repositoryUrl = z
  .string()
  .refine(isUsableUrl, 'expected an https, http, ssh, git or file URL without a password, or user@host:path');

export const rendererConfig = baseConfig(8085)
  .extend({
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
    RENDER_CONCURRENCY: integer({ min: 1, max: 1_000, default: 16 }).describe(
      'Most AppConfigs rendered at a time; with Git at least GIT_BATCH_MAX',
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
    WATCH_SILENCE_TIMEOUT: duration('150s').describe(
      'Silence after which a watch counts as dead; bookmarks come about every minute',
    ),
    GIT_TARGET_REPO: repositoryUrl.optional().describe('Repository for RENDER_MODE=git'),
    GIT_TARGET_BRANCH: z
      .string()
      .default('main')
      .describe('Branch; made by the first push where it is missing'),
    GIT_TARGET_PATH: folder.default('resources/appconfigs').describe('Folder of the files, theirs alone'),
    GIT_FORMAT: z.enum(['json', 'yaml']).default('json').describe('Format of the files'),
    GIT_AUTHOR_NAME: z.string().default('kubemirror').describe('Author of the commits'),
    GIT_AUTHOR_EMAIL: z.string().default('kubemirror@localhost').describe("The author's address"),
    GIT_MESSAGE: z
      .string()
      .default('Render {count} AppConfigs: {names}')
      .describe('Subject of the commits; knows {count} and {names}'),
    GIT_USERNAME: z.string().default('git').describe('User for https; most servers take any with a token'),
    GIT_TOKEN: z.string().optional().describe('Token or password for https').meta({ secret: true }),
    GIT_SSH_KEY_FILE: z.string().optional().describe('Private key for ssh'),
    GIT_KNOWN_HOSTS_FILE: z.string().optional().describe('Host keys for ssh; others are refused'),
    GIT_BATCH_LINGER: duration('500ms').describe('How long the first change of a commit waits for company'),
    GIT_BATCH_MAX: integer({ min: 1, max: 1_000, default: 500 }).describe('Most AppConfigs in one commit'),
    GIT_POLL_INTERVAL: duration('30s').describe("How often the branch is looked at for others' changes"),
    GIT_TIMEOUT: duration('60s').describe('Longest run of one git command'),
    GIT_CLONE_DIR: z
      .string()
      .optional()
      .describe(
        'Folder for the clone and nothing else, cleared at the start; the folder for temporary files if empty',
      ),
  })
  .superRefine((config, context) => {
    if (config.RENDER_MODE !== 'git') return;
    const missing = (name: string) => {
      context.addIssue({ code: 'custom', path: [name], message: 'required with this repository' });
    };
    if (config.GIT_TARGET_REPO === undefined) {
      missing('GIT_TARGET_REPO');
      return;
    }
    if (transportOf(config.GIT_TARGET_REPO) !== 'ssh') return;
    if (config.GIT_SSH_KEY_FILE === undefined) missing('GIT_SSH_KEY_FILE');
    if (config.GIT_KNOWN_HOSTS_FILE === undefined) missing('GIT_KNOWN_HOSTS_FILE');
  });

function isUsableUrl(text: string): boolean {
  try {
    transportOf(text);
    return (URL.parse(text)?.password ?? '') === '';
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

export type RendererConfig = Readonly<z.output<typeof rendererConfig>>;
