-- One page of Kubernetes events as objects, in the order of their keys as an API server lists them, each with its
-- latest version by $9. Whether the caller may list them has been asked for the whole place.
--
-- $1 cluster_name · $2 namespace or null · $3 name or null · $4 involved uid · $5 involved name
-- $6 involved namespace · $7 involved kind · $8 happened at or after · $9 happened at or before · $10 limit
-- $11 namespace and $12 name and $13 uid to continue after
select
  e.namespace,
  e.name,
  e.uid,
  e.resource_version_text,
  e.position::text as position,
  e.raw::text as raw
from events e
where e.cluster_name = $1
  and ($2::text is null or e.namespace = $2)
  and ($3::text is null or e.name = $3)
  and ($4::text is null or e.involved_object_uid = $4)
  and ($5::text is null or e.involved_object_name = $5)
  and ($6::text is null or e.involved_object_namespace = $6)
  and ($7::text is null or e.involved_object_kind = $7)
  and ($8::timestamptz is null or e.created_at >= $8)
  and ($9::timestamptz is null or e.created_at <= $9)
  and ($11::text is null or (e.namespace, e.name, e.uid) > ($11, $12::text, $13::text))
  and not exists (
    select 1
    from events newer
    where newer.uid = e.uid
      and newer.cluster_name = e.cluster_name
      and newer.created_at >= e.created_at
      and (newer.created_at, newer.position) > (e.created_at, e.position)
      and ($9::timestamptz is null or newer.created_at <= $9)
  )
order by e.namespace, e.name, e.uid
limit $10
