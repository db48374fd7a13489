import type { Pool } from 'pg';

/** One row of `resources`; what is left out gets a plain default. */
export type ResourceFixture = {
  readonly name: string;
  readonly uid?: string;
  readonly cluster_name?: string;
  readonly api_group?: string;
  readonly api_version?: string;
  readonly kind?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly composition_id?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly created_at?: string;
  readonly updated_at?: string;
  readonly deleted_at?: string | null;
  readonly raw?: object;
  readonly status_raw?: object | null;
};

/** Stores rows as an ingester would have left them. Their uid is `<name>-uid` unless given. */
export async function insertResources(
  pool: Pick<Pool, 'query'>,
  fixtures: readonly ResourceFixture[],
): Promise<void> {
  const rows = fixtures.map((fixture) => {
    const row = {
      uid: `${fixture.name}-uid`,
      cluster_name: 'here',
      api_group: 'apps',
      api_version: 'v1',
      kind: 'Deployment',
      resource: 'deployments',
      namespace: 'shop',
      composition_id: null,
      labels: {},
      created_at: '2026-11-20T10:00:00Z',
      updated_at: '2026-11-20T10:00:00Z',
      deleted_at: null,
      status_raw: null,
      resource_version: 1,
      resource_version_text: '1',
      observed_at: '2026-11-20T10:00:00Z',
      ...fixture,
    };
    const metadata = { name: row.name, namespace: row.namespace, uid: row.uid, labels: row.labels };
    return { raw: { kind: row.kind, metadata }, ...row };
  });
  await pool.query(
    `insert into resources (
       cluster_name, uid, api_group, api_version, kind, resource, namespace, name, resource_version,
       resource_version_text, composition_id, labels, created_at, updated_at, observed_at, deleted_at, raw,
       status_raw)
     select
       cluster_name, uid, api_group, api_version, kind, resource, namespace, name, resource_version,
       resource_version_text, composition_id, labels, created_at, updated_at, observed_at, deleted_at, raw,
       nullif(status_raw, 'null')
     from jsonb_to_recordset($1::jsonb) as r (
       cluster_name text, uid text, api_group text, api_version text, kind text, resource text, namespace text,
       name text, resource_version numeric, resource_version_text text, composition_id uuid, labels jsonb,
       created_at timestamptz, updated_at timestamptz, observed_at timestamptz, deleted_at timestamptz,
       raw jsonb, status_raw jsonb)`,
    [JSON.stringify(rows)],
  );
}
