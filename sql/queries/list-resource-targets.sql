-- Which (resource, namespace) pairs have live objects in one group and cluster: what rights are asked for.
-- A loose index scan over resources_live_key, one probe per pair instead of one row per object. It steps
-- through every cluster, because skipping within one would walk over the rows of the others.
--
-- $1 cluster_name · $2 api_group · $3 resource or null · $4 resources[] or null · $5 namespace or null
with recursive target as (
  (
    select r.resource, r.cluster_name, r.namespace
    from resources r
    where r.deleted_at is null
      and r.api_group = $2
      and ($3::text is null or r.resource = $3)
    order by r.resource, r.cluster_name, r.namespace
    limit 1
  )
  union all
  select following.resource, following.cluster_name, following.namespace
  from target
  cross join lateral (
    select r.resource, r.cluster_name, r.namespace
    from resources r
    where r.deleted_at is null
      and r.api_group = $2
      and ($3::text is null or r.resource = $3)
      and (r.resource, r.cluster_name, r.namespace) > (target.resource, target.cluster_name, target.namespace)
    order by r.resource, r.cluster_name, r.namespace
    limit 1
  ) as following
)
select target.resource, target.namespace
from target
where target.cluster_name = $1
  and ($4::text[] is null or target.resource = any ($4))
  and ($5::text is null or target.namespace = $5)
