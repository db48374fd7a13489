import type { ResourceKind } from './resource-kind.ts';

/** One resource in one version as discovery describes it; subresources are left out. */
export type DiscoveredResource = ResourceKind & {
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
};

/** What the API server serves. */
export type Discovery = {
  /** In the server's order: within a group the preferred version comes first. */
  readonly resources: readonly DiscoveredResource[];
  /**
   * `group/version` of what could not be read, such as an aggregated API server that is down: its resources
   * may be missing above without being gone.
   */
  readonly unknown: readonly string[];
};
