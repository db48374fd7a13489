import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boundedMemory } from '../../../lib/local/function-plan.ts';
import { openBenchDatabase } from '../bench-database.ts';
import type { Benchmark } from '../benchmark.ts';
import { measureBurst } from './measure-burst.ts';
import { measureGit } from './measure-git.ts';
import { measureSteady } from './measure-steady.ts';

const settings = {
  burst_rows: 10_000,
  steady_commits_per_s: 1_000,
  steady_seconds: 30,
  steady_rows: 2_000,
  git_changes: 1_000,
  max_in_flight: 128,
  fsync: true,
  node: process.version,
  node_options: boundedMemory('changes-source')['NODE_OPTIONS'] ?? '',
} as const;

/** What the measurements of this folder share. */
export type RenderingContext = {
  readonly database: Awaited<ReturnType<typeof openBenchDatabase>>;
  readonly settings: typeof settings;
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * Many changes at once through source, broker, renderer and the development cluster, until every row is applied and
 * the cluster equals the rows; `wrong` counts those for which it does not.
 *
 * - `burst_s`: 10,000 rows of one transaction; `burst_rss_mb` is the source's most memory
 * - `steady_commits_per_s`: single commits that were reached over 30 s; `steady_settled_s` is the time after the last
 * - `git_commits`: commits that 1,000 changes of one transaction took in Git mode, after `git_s`
 */
export const renderingBenchmark: Benchmark = {
  name: 'rendering',
  rounds: 1,
  settings,
  open: async () => {
    const database = await openBenchDatabase();
    const compileCache = mkdtempSync(join(tmpdir(), 'kubemirror-bench-'));
    const environment = { NODE_COMPILE_CACHE: compileCache, NODE_OPTIONS: settings.node_options };
    const context: RenderingContext = { database, settings, environment };
    return {
      variants: {
        burst: () => measureBurst(context),
        steady: () => measureSteady(context),
        git: () => measureGit(context),
      },
      close: async () => {
        await database.close();
        rmSync(compileCache, { recursive: true, force: true });
      },
    };
  },
  figures: ({ burst, steady, git }) => ({
    burst_s: burst?.['seconds'] ?? Number.NaN,
    burst_rss_mb: burst?.['rss_mb'] ?? Number.NaN,
    steady_commits_per_s: steady?.['commits_per_s'] ?? Number.NaN,
    steady_settled_s: steady?.['settled_s'] ?? Number.NaN,
    steady_rss_mb: steady?.['rss_mb'] ?? Number.NaN,
    git_commits: git?.['commits'] ?? Number.NaN,
    git_s: git?.['seconds'] ?? Number.NaN,
    wrong:
      (burst?.['wrong'] ?? Number.NaN) + (steady?.['wrong'] ?? Number.NaN) + (git?.['wrong'] ?? Number.NaN),
  }),
};
