import pg from 'pg';
import type { Mirrored } from './compare.ts';

/** Rows of the compared kinds and namespaces, live and deleted. */
export async function readResourceRows(
  databaseUrl: string,
  scope: {
    readonly cluster: string;
    readonly resources: readonly string[];
    readonly namespaces: readonly string[];
  },
): Promise<Mirrored[]> {
  return read(databaseUrl, {
    text: `select uid, resource_version_text as version, deleted_at is not null as deleted,
        resource || ' ' || namespace || '/' || name as what
      from resources where cluster_name = $1 and resource = any($2) and namespace = any($3)`,
    values: [scope.cluster, scope.resources, scope.namespaces],
  });
}

/** Every stored version of every event in the namespaces. */
export async function readEventRows(
  databaseUrl: string,
  scope: { readonly cluster: string; readonly namespaces: readonly string[] },
): Promise<Mirrored[]> {
  return read(databaseUrl, {
    text: `select uid, resource_version_text as version, false as deleted, 'event ' || namespace || '/' || uid as what
      from events where cluster_name = $1 and namespace = any($2)`,
    values: [scope.cluster, scope.namespaces],
  });
}

async function read(databaseUrl: string, query: pg.QueryConfig): Promise<Mirrored[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ uid: string; version: string; deleted: boolean; what: string }>(
      query,
    );
    return rows.map((row) => ({
      uid: row.uid,
      resourceVersion: row.version,
      deleted: row.deleted,
      what: row.what,
    }));
  } finally {
    await client.end();
  }
}
