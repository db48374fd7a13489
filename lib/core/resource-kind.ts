/** One resource of the API server: where it is served and what its objects are called. */
export type ResourceKind = {
  /** API group, `''` for the core group. */
  readonly group: string;
  /** API version inside the group, such as `v1`. */
  readonly version: string;
  /** Plural name in URLs, such as `deployments`. */
  readonly resource: string;
  /** Kind of its objects, such as `Deployment`. */
  readonly kind: string;
};

/** `apiVersion` as objects carry it: `v1` for the core group, else `group/version`. */
export function apiVersionOf(kind: Pick<ResourceKind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** Splits an `apiVersion`; a value without a slash belongs to the core group. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash === -1) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
