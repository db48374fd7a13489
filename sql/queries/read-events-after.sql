-- Event versions above a position, in commit order: what streams send.
--
-- $1 position · $2 last position to read or null · $3 composition_id or null · $4 limit
select
  e.position::text as position,
  e.event_id,
  e.cluster_name || ':' || e.uid as global_uid,
  e.cluster_name,
  e.namespace,
  e.resource_kind,
  e.involved_object_name as resource_name,
  e.involved_object_uid,
  e.event_type,
  e.reason,
  e.message,
  e.composition_id,
  to_char(e.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
  e.involved_object_group,
  e.involved_object_resource,
  e.involved_object_namespace
from events e
where e.position > $1::bigint
  and ($2::bigint is null or e.position <= $2)
  and ($3::uuid is null or e.composition_id = $3)
order by e.position
limit $4
