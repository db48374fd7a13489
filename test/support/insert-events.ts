import type { Pool } from 'pg';

/** One version of an event; what is left out gets a plain default. */
export type EventFixture = {
  readonly name: string;
  readonly uid?: string;
  readonly cluster_name?: string;
  readonly resource_version?: number;
  readonly created_at?: string;
  readonly namespace?: string;
  readonly event_type?: string;
  readonly reason?: string | null;
  readonly message?: string | null;
  readonly resource_kind?: string;
  readonly involved_object_group?: string;
  readonly involved_object_kind?: string;
  readonly involved_object_resource?: string | null;
  readonly involved_object_namespace?: string;
  readonly involved_object_name?: string;
  readonly involved_object_uid?: string | null;
  readonly composition_id?: string | null;
  readonly raw?: object;
};

/**
 * Stores event versions in one transaction as the ingester does: positions under the stream's lock, one wake-up.
 * Their uid is `<name>-uid` unless given; their objects are Pods in the event's namespace.
 * @returns the positions
 */
export async function insertEvents(pool: Pool, fixtures: readonly EventFixture[]): Promise<number[]> {
  const rows = fixtures.map((fixture, index) => ({
    order: index,
    uid: `${fixture.name}-uid`,
    cluster_name: 'here',
    resource_version: 1,
    created_at: '2026-11-20T10:00:00Z',
    namespace: 'shop',
    event_type: 'Normal',
    reason: 'Started',
    message: 'Started container web',
    resource_kind: 'v1.Pod',
    involved_object_group: '',
    involved_object_version: 'v1',
    involved_object_kind: 'Pod',
    involved_object_resource: 'pods',
    involved_object_namespace: fixture.namespace ?? 'shop',
    involved_object_name: 'web-1',
    involved_object_uid: 'web-1-uid',
    composition_id: null,
    raw: { kind: 'Event', metadata: { name: fixture.name } },
    ...fixture,
  }));
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock(20316, 2)');
    const result = await client.query<{ position: string }>(insert, [JSON.stringify(rows)]);
    await client.query(`select pg_notify('kubemirror_events', '')`);
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
  insert into events (
    created_at, position, cluster_name, uid, resource_version, resource_version_text, namespace, name,
    event_type, reason, message, resource_kind, involved_object_group, involved_object_version,
    involved_object_kind, involved_object_resource, involved_object_namespace, involved_object_name,
    involved_object_uid, composition_id, observed_at, recorded_at, raw)
  select
    created_at, nextval('event_positions'), cluster_name, uid, resource_version, resource_version::text,
    namespace, name, event_type, reason, message, resource_kind, involved_object_group,
    involved_object_version, involved_object_kind, involved_object_resource, involved_object_namespace,
    involved_object_name, involved_object_uid, composition_id, created_at, now(), raw
  from (
    select *
    from jsonb_to_recordset($1::jsonb) as e (
      "order" int, created_at timestamptz, cluster_name text, uid text, resource_version numeric,
      namespace text, name text, event_type text, reason text, message text, resource_kind text,
      involved_object_group text, involved_object_version text, involved_object_kind text,
      involved_object_resource text, involved_object_namespace text, involved_object_name text,
      involved_object_uid text, composition_id uuid, raw jsonb)
    order by "order"
  ) as ordered
  returning position`;
