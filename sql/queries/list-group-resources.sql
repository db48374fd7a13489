-- Which resources of a group have live objects in a cluster. A loose index scan over resources_live_key: one
-- probe per resource and cluster instead of one row per object.
--
-- $1 cluster_name · $2 api_group
with recursive kind as (
  (
    select r.resource, r.cluster_name
    from resources r
    where r.deleted_at is null and r.api_group = $2
    order by r.resource, r.cluster_name
    limit 1
  )
  union all
  select following.resource, following.cluster_name
  from kind
  cross join lateral (
    select r.resource, r.cluster_name
    from resources r
    where r.deleted_at is null
      and r.api_group = $2
      and (r.resource, r.cluster_name) > (kind.resource, kind.cluster_name)
    order by r.resource, r.cluster_name
    limit 1
  ) as following
)
select kind.resource from kind where kind.cluster_name = $1
