-- One page of Kubernetes events, newest first. $1 to $14 as in visible-events.sql.
--
-- $15 with raw · $16 limit · $17 created_at and $18 position to continue after
select
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
  e.position::text as position,
  case when $15::boolean then e.raw::text end as raw
from events e
where /* visible */
  and ($17::timestamptz is null or (e.created_at, e.position) < ($17, $18::bigint))
  -- Says nothing new, but of whole partitions that need not be looked at.
  and ($17::timestamptz is null or e.created_at <= $17)
order by e.created_at desc, e.position desc
limit $16
