-- Stored versions of objects above a position, in commit order: what streams send. Filters that are null take
-- everything; labels are looked at by the reader, who needs those of the version before as well.
--
-- $1 position · $2 last position to read or null · $3 limit · $4 cluster_name · $5 api_groups[] · $6 resources[]
-- $7 kinds[] · $8 api_version · $9 namespace · $10 name · $11 composition_id · $12 with raw
select
  h.position::text as position,
  h.operation,
  h.name,
  h.uid,
  h.cluster_name || ':' || h.uid as global_uid,
  h.namespace,
  h.api_group,
  h.api_version,
  h.kind,
  h.resource,
  h.cluster_name,
  h.resource_version_text,
  h.raw #>> '{metadata,creationTimestamp}' as created_at,
  to_char(h.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as updated_at,
  h.composition_id,
  coalesce(nullif(h.raw #> '{metadata,labels}', 'null'), '{}') as labels,
  previous.labels as previous_labels,
  case when $12::boolean then h.raw::text end as raw,
  successor.raw::text as successor
from resource_history h
left join lateral (
  select coalesce(nullif(p.raw #> '{metadata,labels}', 'null'), '{}') as labels
  from resource_history p
  where p.uid = h.uid
    and p.cluster_name = h.cluster_name
    and p.position < h.position
    and p.operation = 'upserted'
  order by p.position desc
  limit 1
) previous on true
left join lateral (
  -- A name may have been given away again before the end of its old object was stored: by the same batch, which
  -- stores upserts first, or by another, since only changes of one object keep their order on the way.
  select s.raw
  from resources r
  cross join lateral (
    select v.operation, v.raw
    from resource_history v
    where v.uid = r.uid and v.cluster_name = r.cluster_name and v.position < h.position
    order by v.position desc
    limit 1
  ) s
  where $12::boolean
    and h.operation = 'deleted'
    and r.api_group = h.api_group
    and r.resource = h.resource
    and r.cluster_name = h.cluster_name
    and r.namespace = h.namespace
    and r.name = h.name
    and r.uid <> h.uid
    and r.deleted_at is null
    and s.operation = 'upserted'
  limit 1
) successor on true
where h.position > $1::bigint
  and ($2::bigint is null or h.position <= $2)
  and ($4::text is null or h.cluster_name = $4)
  and ($5::text[] is null or h.api_group = any ($5))
  and ($6::text[] is null or h.resource = any ($6))
  and ($7::text[] is null or h.kind = any ($7))
  and ($8::text is null or h.api_version = $8)
  and ($9::text is null or h.namespace = $9)
  and ($10::text is null or h.name = $10)
  and ($11::uuid is null or h.composition_id = $11)
order by h.position
limit $3
