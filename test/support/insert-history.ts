import type { Pool } from 'pg';

/** One stored version of an object; what is left out gets a plain default. */
export type HistoryFixture = {
  readonly name: string;
  readonly uid?: string;
  readonly recorded_at?: string;
  readonly operation?: 'upserted' | 'deleted';
  readonly cluster_name?: string;
  readonly api_group?: string;
  readonly api_version?: string;
  readonly kind?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly resource_version?: number;
  readonly composition_id?: string | null;
  readonly raw?: object;
};

/**
 * Stores versions in one transaction as the ingester does: positions under the stream's lock, one wake-up.
 * @returns the positions
 */
export async function insertHistory(pool: Pool, fixtures: readonly HistoryFixture[]): Promise<number[]> {
  const rows = fixtures.map((fixture, index) => {
    const row = {
      order: index,
      uid: `${fixture.name}-uid`,
      recorded_at: new Date().toISOString(),
      operation: 'upserted',
      cluster_name: 'here',
      api_group: 'apps',
      api_version: 'v1',
      kind: 'Deployment',
      resource: 'deployments',
      namespace: 'shop',
      resource_version: index + 1,
      composition_id: null,
      ...fixture,
    };
    return { raw: { kind: row.kind, metadata: { name: row.name, namespace: row.namespace } }, ...row };
  });
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock(20316, 1)');
    const result = await client.query<{ position: string }>(insert, [JSON.stringify(rows)]);
    await client.query(`select pg_notify('kubemirror_resources', '')`);
    await client.query('commit');
    return result.rows.map((row) => Number(row.position)).sort((a, b) => a - b);
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

const insert = `
  insert into resource_history (
    recorded_at, position, operation, cluster_name, uid, api_group, api_version, kind, resource, namespace, name,
    resource_version, resource_version_text, composition_id, observed_at, raw)
  select
    recorded_at, nextval('resource_positions'), operation, cluster_name, uid, api_group, api_version, kind,
    resource, namespace, name, resource_version, resource_version::text, composition_id, recorded_at, raw
  from (
    select *
    from jsonb_to_recordset($1::jsonb) as h (
      "order" int, recorded_at timestamptz, operation text, cluster_name text, uid text, api_group text,
      api_version text, kind text, resource text, namespace text, name text, resource_version numeric,
      composition_id uuid, raw jsonb)
    order by "order"
  ) as ordered
  returning position`;
