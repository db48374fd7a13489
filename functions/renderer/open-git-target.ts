import { setTimeout as delay } from 'node:timers/promises';
import { openBranch } from '../../lib/git/open-branch.ts';
import { createGitTarget, type GitEvent } from './git-target.ts';
import type { OpenTarget, OpenTargetOptions } from './opened-target.ts';

/** Clones the branch that is rendered to. The remote is first needed by the first rendering. */
export async function openGitTarget(
  options: OpenTargetOptions & { readonly observe: (event: GitEvent) => void },
): Promise<OpenTarget> {
  const { config, log } = options;
  const branch = await openBranch(
    {
      url: config.GIT_TARGET_REPO ?? '',
      branch: config.GIT_TARGET_BRANCH,
      ...(config.GIT_TOKEN === undefined
        ? {}
        : { token: { username: config.GIT_USERNAME, secret: config.GIT_TOKEN } }),
      ...(config.GIT_SSH_KEY_FILE === undefined || config.GIT_KNOWN_HOSTS_FILE === undefined
        ? {}
        : { ssh: { keyFile: config.GIT_SSH_KEY_FILE, knownHostsFile: config.GIT_KNOWN_HOSTS_FILE } }),
    },
    {
      timeoutMs: config.GIT_TIMEOUT,
      path: options.environment['PATH'] ?? '/usr/bin:/bin',
      ...(config.GIT_CLONE_DIR === undefined ? {} : { parentFolder: config.GIT_CLONE_DIR }),
    },
  );
  const target = createGitTarget({
    branch,
    kind: options.kind,
    folder: config.GIT_TARGET_PATH,
    format: config.GIT_FORMAT,
    author: { name: config.GIT_AUTHOR_NAME, email: config.GIT_AUTHOR_EMAIL },
    message: config.GIT_MESSAGE,
    lingerMs: config.GIT_BATCH_LINGER,
    maxBatch: config.GIT_BATCH_MAX,
    now: Date.now,
    random: Math.random,
    sleep: (ms) => delay(ms),
    observe: (event) => {
      options.observe(event);
      log.info(event, 'Git');
    },
  });
  log.info(
    { repository: config.GIT_TARGET_REPO, branch: config.GIT_TARGET_BRANCH, folder: config.GIT_TARGET_PATH },
    'rendering to this branch',
  );
  return {
    target,
    cluster: config.CLUSTER_NAME ?? 'git',
    follow: async (deps, signal) => {
      while (!signal.aborted) {
        if (await target.refresh()) {
          deps.observe('changed');
          deps.requestFullDiff();
        }
        await delay(config.GIT_POLL_INTERVAL, undefined, { signal });
      }
    },
    close: branch.close,
  };
}
