import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { Log } from '../../lib/runtime/log.ts';
import type { RendererConfig } from './config.ts';
import type { DriftWatchDependencies } from './drift-watch.ts';
import type { RenderTarget } from './render-target.ts';

/** A target with what else the function does with it. */
export type OpenTarget = {
  readonly target: RenderTarget;
  /** Name of the cluster, for the source of events. */
  readonly cluster: string;
  /** Follows the target and asks for renderings where it drifts, until the signal aborts. */
  readonly follow: (deps: FollowDependencies, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type FollowDependencies = Omit<DriftWatchDependencies, 'kind' | 'fieldManager'>;

export type OpenTargetOptions = {
  readonly config: RendererConfig;
  readonly kind: AppConfigKind;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly signal: AbortSignal;
};
