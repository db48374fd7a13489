import type { TokenAuthenticator } from './auth/authenticate.ts';
import type { RbacCache } from './auth/rbac-cache.ts';
import type { TokenIssuer } from './auth/service-account-tokens.ts';
import type { DeferredWork } from './controllers/deferred-work.ts';
import type { Faults } from './faults/faults.ts';
import type { Registry } from './registry/registry.ts';
import type { RevisionStore } from './store/revision-store.ts';
import type { WatchHub } from './watch/watch-hub.ts';

/** What every handler of the development cluster works on. */
export type ClusterState = {
  readonly store: RevisionStore;
  readonly registry: Registry;
  readonly watches: WatchHub;
  readonly rbac: RbacCache;
  readonly tokens: TokenIssuer;
  readonly faults: Faults;
  readonly work: DeferredWork;
  readonly now: () => Date;
  readonly newUid: () => string;
  /** Five characters for generated names. */
  readonly nameSuffix: () => string;
  /** Whose token it is, for one of these audiences. */
  readonly authenticateToken: TokenAuthenticator;
  /** Value of a PriorityClass. @throws StatusError 403 for one that does not exist */
  readonly priorityOf: (className: string) => number;
  /** Gets what should not have happened; the client only learns that it was an internal error. */
  readonly onDefect: (error: unknown) => void;
  readonly settings: ClusterSettings;
};

export type ClusterSettings = {
  readonly bookmarkIntervalMs: number;
  /** Events vanish this long after their last write. */
  readonly eventTtlMs: number;
  /** Longest wait for a revision that is not there yet. */
  readonly freshnessWaitMs: number;
  /** A watch is closed when more events than this wait for it for longer than `slowWatcherMs`. */
  readonly maxQueuedWatchEvents: number;
  readonly slowWatcherMs: number;
  /** Longest grace that a deleted pod is given; nobody runs it, so a real grace only delays. */
  readonly maxPodGraceMs: number;
};
