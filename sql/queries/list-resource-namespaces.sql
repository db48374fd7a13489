-- In which namespaces of a cluster a resource has live objects: one probe per namespace.
--
-- $1 cluster_name · $2 api_group · $3 resource
with recursive place as (
  (
    select r.namespace
    from resources r
    where r.deleted_at is null and r.api_group = $2 and r.resource = $3 and r.cluster_name = $1
    order by r.namespace
    limit 1
  )
  union all
  select following.namespace
  from place
  cross join lateral (
    select r.namespace
    from resources r
    where r.deleted_at is null
      and r.api_group = $2
      and r.resource = $3
      and r.cluster_name = $1
      and r.namespace > place.namespace
    order by r.namespace
    limit 1
  ) as following
)
select place.namespace from place
