import type { ResourceManifest, WantedResources } from '../core/resource-manifest.ts';
import { isComparableResourceVersion } from '../core/resource-version.ts';
import { deleteVanishedKinds } from './delete-vanished-kinds.ts';
import { loadSql } from './load-sql.ts';
import { lockResources } from './stream-locks.ts';
import type { WriterSessions } from './writer-session.ts';

/** What a manifest showed: how far the database was from the cluster, and what it still lacks. */
export type ManifestComparison = {
  /** Rows that the cluster no longer has; they are deleted now. */
  readonly deleted: number;
  /** Rows whose deletion was wrong; they live again. */
  readonly revived: number;
  /** What the database lacks or holds older. */
  readonly wanted: WantedResources['identities'];
};

const text = loadSql('compare-manifest');

/** Above every namespace: they are ASCII. */
const openEnd = '\u{10ffff}';

/** Compares and corrects in one transaction; see the comment in the statement. */
export function compareManifest(
  sessions: WriterSessions,
  manifest: ResourceManifest,
  listedAt: Date,
): Promise<ManifestComparison> {
  return sessions.run(async (client) => {
    // Thousands of entries against thousands of rows: here hashing is right, see createWriterSessions.
    await client.query(`begin; set local enable_hashjoin = on; ${lockResources}`);
    const { rows } = await client.query<ManifestComparison>({
      name: 'compare-manifest',
      text,
      values: [
        manifest.cluster,
        manifest.group,
        manifest.version,
        manifest.resource,
        manifest.scopeNamespace,
        manifest.from?.namespace ?? '',
        manifest.from?.name ?? '',
        manifest.to?.namespace ?? openEnd,
        manifest.to?.name ?? '',
        isComparableResourceVersion(manifest.listResourceVersion) ? manifest.listResourceVersion : null,
        JSON.stringify(manifest.entries),
        listedAt,
      ],
    });
    const comparison = rows[0];
    if (comparison === undefined) throw new Error('Cannot compare a manifest: no row, expected one');
    const deleted = comparison.deleted + (await deleteVanishedKinds(client, manifest, listedAt));
    const changed = deleted > 0 || comparison.revived > 0;
    await client.query(changed ? 'notify kubemirror_resources; commit' : 'commit');
    return { ...comparison, deleted };
  });
}
