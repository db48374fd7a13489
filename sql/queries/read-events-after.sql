-- Event versions above a position, in commit order: what streams send. Filters that are null take everything; the
-- same condition is in lib/core/event-stream-filter.ts for rows that were read already.
--
-- $1 position · $2 last position to read or null · $3 limit · $4 cluster_name · $5 namespace · $6 kinds[]
-- $7 types[] · $8 reasons[] · $9 composition_id · $10 involved uid · $11 involved name · $12 with raw
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
  e.involved_object_kind,
  e.involved_object_group,
  e.involved_object_resource,
  e.involved_object_namespace,
  e.name,
  e.resource_version_text,
  case when $12::boolean then e.raw::text end as raw,
  case
    when $12::boolean then exists (
      select 1
      from events older
      where older.uid = e.uid and older.cluster_name = e.cluster_name and older.position < e.position
    )
  end as repeated
from events e
where e.position > $1::bigint
  and ($2::bigint is null or e.position <= $2)
  and ($4::text is null or e.cluster_name = $4)
  and ($5::text is null or e.namespace = $5)
  and ($6::text[] is null or e.resource_kind = any ($6) or e.involved_object_kind = any ($6))
  and ($7::text[] is null or e.event_type = any ($7))
  and ($8::text[] is null or e.reason = any ($8))
  and ($9::uuid is null or e.composition_id = $9)
  and ($10::text is null or e.involved_object_uid = $10)
  and ($11::text is null or e.involved_object_name = $11)
order by e.position
limit $3
