import pg from 'pg';
import { addDays, dayOf } from '../../../lib/core/partition-plan.ts';
import { createPartition } from '../../../lib/postgres/partitions.ts';

export type SeededRows = {
  readonly resources: number;
  readonly events: number;
  readonly namespaces: number;
  readonly days: number;
};

/** Name of the namespace with a number, as the statements below make it too. */
export const namespaceName = (number: number): string => `team-${String(number).padStart(3, '0')}`;

/**
 * Fills a fresh database as a large cluster would look after a week: half Pods, a tenth Deployments, panels of a
 * portal, and others; events of all Pods, evenly over the days. Statistics and visibility are those of a mirror
 * that has been running for a while.
 */
export async function seedRows(databaseUrl: string, rows: SeededRows): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(insertResources, [rows.resources, rows.namespaces]);
    const today = dayOf(Date.now());
    // Today's is there already.
    for (let day = 1; day <= rows.days; day += 1) {
      await createPartition(client, { table: 'events', day: addDays(today, -day) }, 5_000);
    }
    await client.query(insertEvents, [rows.events, rows.namespaces, rows.days * 86_400]);
    await client.query("select setval('event_positions', $1), setval('resource_positions', $2)", [
      rows.events,
      rows.resources,
    ]);
    for (const statement of ['vacuum analyze resources', 'vacuum analyze events', 'checkpoint']) {
      await client.query(statement);
    }
  } finally {
    await client.end();
  }
}

// Texts of 1 KB that do not compress well: a page of 500 objects is half a megabyte.
const insertResources = `
  insert into resources (
    cluster_name, uid, api_group, api_version, kind, resource, namespace, name, resource_version,
    resource_version_text, composition_id, labels, created_at, updated_at, observed_at, raw, status_raw)
  select
    'bench', 'uid-' || n, k.api_group, k.api_version, k.kind, k.resource, o.namespace, o.name, n, n::text, null,
    o.labels, o.at, o.at, o.at,
    jsonb_build_object(
      'apiVersion', case when k.api_group = '' then k.api_version else k.api_group || '/' || k.api_version end,
      'kind', k.kind,
      'metadata', jsonb_build_object('name', o.name, 'namespace', o.namespace, 'uid', 'uid-' || n,
        'resourceVersion', n::text, 'labels', o.labels, 'creationTimestamp', to_char(o.at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
      'spec', jsonb_build_object('text', left(repeat(md5(n::text), 20), 500)),
      'status', jsonb_build_object('phase', 'Running')),
    jsonb_build_object('phase', 'Running')
  from generate_series(1, $1::int) as n
  cross join lateral (
    select
      case
        when n % 100 < 50 then array['', 'v1', 'Pod', 'pods']
        when n % 100 < 60 then array['apps', 'v1', 'Deployment', 'deployments']
        when n % 100 < 62 then array['widgets.templates.krateo.io', 'v1beta1', 'Panel', 'panels']
        when n % 100 < 80 then array['', 'v1', 'ConfigMap', 'configmaps']
        else array['apps', 'v1', 'ReplicaSet', 'replicasets']
      end as names
  ) as chosen
  cross join lateral (
    select names[1] as api_group, names[2] as api_version, names[3] as kind, names[4] as resource
  ) as k
  cross join lateral (
    select
      'team-' || lpad(((n / 100) % $2)::text, 3, '0') as namespace,
      k.resource || '-' || n as name,
      now() - make_interval(secs => n % 600000) as at,
      case when k.resource = 'panels' and n % 1000 < 100
        then jsonb_build_object('app', 'app-' || n % 1009, 'krateo.io/portal-page', 'compositions')
        else jsonb_build_object('app', 'app-' || n % 1009, 'tier', (array['web', 'data', 'batch'])[n % 3 + 1])
      end as labels
  ) as o`;

const insertEvents = `
  insert into events (
    created_at, position, cluster_name, uid, resource_version, resource_version_text, namespace, name, event_type,
    reason, message, count, resource_kind, involved_object_group, involved_object_version, involved_object_kind,
    involved_object_resource, involved_object_namespace, involved_object_name, involved_object_uid, observed_at,
    recorded_at, raw)
  select
    e.at, n, 'bench', 'event-' || n, n, n::text, e.namespace, 'event-' || n,
    case when n % 7 = 0 then 'Warning' else 'Normal' end, e.reason, e.message, 1, 'v1.Pod', '', 'v1', 'Pod', 'pods',
    e.namespace, 'pods-' || e.pod, 'uid-' || e.pod, e.at, e.at,
    jsonb_build_object('apiVersion', 'v1', 'kind', 'Event', 'reason', e.reason, 'message', e.message,
      'metadata', jsonb_build_object('name', 'event-' || n, 'namespace', e.namespace, 'uid', 'event-' || n),
      'involvedObject', jsonb_build_object('kind', 'Pod', 'namespace', e.namespace, 'name', 'pods-' || e.pod))
  from generate_series(1, $1::int) as n
  cross join lateral (
    select
      'team-' || lpad((n % $2)::text, 3, '0') as namespace,
      now() - make_interval(secs => ($1::int - n) * $3::float8 / $1::int) as at,
      n % 500000 as pod,
      (array['Scheduled', 'Pulled', 'Created', 'Started', 'BackOff', 'Unhealthy', 'Killing'])[n % 7 + 1] as reason,
      'Container web-' || n % 997 || ' of image example.org/team/' || n % 211 || ' is in state ' || n % 13 as message
  ) as e`;
