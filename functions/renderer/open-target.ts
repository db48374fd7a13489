import type { GitEvent } from './git-target.ts';
import { openClusterTarget } from './open-cluster-target.ts';
import { openGitTarget } from './open-git-target.ts';
import type { OpenTarget, OpenTargetOptions } from './opened-target.ts';

/** The target that RENDER_MODE names. */
export function openTarget(
  options: OpenTargetOptions & { readonly onGit: (event: GitEvent) => void },
): Promise<OpenTarget> {
  return options.config.RENDER_MODE === 'git'
    ? openGitTarget({ ...options, observe: options.onGit })
    : openClusterTarget(options);
}
