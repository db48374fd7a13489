import type { ClientBase } from 'pg';
import type { ResourceManifest } from '../core/resource-manifest.ts';
import { isComparableResourceVersion } from '../core/resource-version.ts';
import { loadSql } from './load-sql.ts';

const text = loadSql('delete-vanished-kinds');

/** Above every name of a definition: they are ASCII. */
const openEnd = '\u{10ffff}';

/**
 * Deletes what is left of kinds whose definitions a manifest of CustomResourceDefinitions lacks; for any other
 * manifest, and where versions are no numbers, there is nothing to do.
 * @returns how many rows
 */
export async function deleteVanishedKinds(
  client: Pick<ClientBase, 'query'>,
  manifest: ResourceManifest,
  listedAt: Date,
): Promise<number> {
  const isOfDefinitions =
    manifest.group === 'apiextensions.k8s.io' && manifest.resource === 'customresourcedefinitions';
  if (!isOfDefinitions || !isComparableResourceVersion(manifest.listResourceVersion)) return 0;
  const { rows } = await client.query<{ deleted: number }>({
    name: 'delete-vanished-kinds',
    text,
    values: [
      manifest.cluster,
      manifest.from?.name ?? '',
      manifest.to?.name ?? openEnd,
      manifest.listResourceVersion,
      JSON.stringify(manifest.entries),
      listedAt,
    ],
  });
  return rows[0]?.deleted ?? 0;
}
