/** One object or event version as either side knows it. */
export type Known = { readonly uid: string; readonly resourceVersion: string; readonly what: string };

/** What the mirror holds of the compared kinds. */
export type Mirrored = Known & { readonly deleted: boolean };

/** How database and cluster differ; all empty means converged. */
export type Differences = {
  /** In the cluster, and not or only as deleted in the database. */
  readonly lost: string[];
  /** In both, with another version in the database. */
  readonly stale: string[];
  /** Live in the database and not in the cluster. */
  readonly zombies: string[];
  /** More than one row for the same object version. */
  readonly duplicates: string[];
};

/** Object for object; events have no deletions, so their rows are passed with `deleted: false` and no zombies count. */
export function compare(
  cluster: readonly Known[],
  rows: readonly Mirrored[],
  options: { readonly zombiesCount: boolean },
): Differences {
  const differences: Differences = { lost: [], stale: [], zombies: [], duplicates: [] };
  const byUid = Map.groupBy(rows, (row) => row.uid);
  for (const known of cluster) {
    const mirrored = byUid.get(known.uid) ?? [];
    const live = mirrored.filter((row) => !row.deleted);
    if (live.length === 0)
      differences.lost.push(describe(known, mirrored.length > 0 ? 'marked deleted' : 'no row'));
    else if (!live.some((row) => row.resourceVersion === known.resourceVersion)) {
      differences.stale.push(describe(known, `has ${live.map((row) => row.resourceVersion).join(', ')}`));
    }
  }
  const inCluster = new Set(cluster.map((known) => known.uid));
  for (const [uid, mirrored] of byUid) {
    const [first] = mirrored;
    if (first === undefined) continue;
    if (options.zombiesCount && !inCluster.has(uid) && mirrored.some((row) => !row.deleted)) {
      differences.zombies.push(describe(first, 'live'));
    }
    const versions = mirrored.map((row) => row.resourceVersion);
    if (new Set(versions).size !== versions.length)
      differences.duplicates.push(describe(first, versions.join(', ')));
  }
  return differences;
}

export function isEmpty({ lost, stale, zombies, duplicates }: Differences): boolean {
  return lost.length + stale.length + zombies.length + duplicates.length === 0;
}

function describe(known: Known, detail: string): string {
  return `${known.what} ${known.uid} @${known.resourceVersion}: ${detail}`;
}
