-- In which namespaces of a cluster a resource has objects: one probe per namespace, as in
-- list-group-resources.sql.
--
-- $1 cluster_name · $2 api_group · $3 resource · $4 with deleted objects
with recursive live as (
  (
    select r.namespace
    from resources r
    where r.deleted_at is null and r.api_group = $2 and r.resource = $3 and r.cluster_name = $1
    order by r.namespace
    limit 1
  )
  union all
  select following.namespace
  from live
  cross join lateral (
    select r.namespace
    from resources r
    where r.deleted_at is null
      and r.api_group = $2
      and r.resource = $3
      and r.cluster_name = $1
      and r.namespace > live.namespace
    order by r.namespace
    limit 1
  ) as following
),
gone as (
  (
    select r.namespace
    from resources r
    where $4::boolean
      and r.deleted_at is not null
      and r.api_group = $2
      and r.resource = $3
      and r.cluster_name = $1
    order by r.namespace
    limit 1
  )
  union all
  select following.namespace
  from gone
  cross join lateral (
    select r.namespace
    from resources r
    where r.deleted_at is not null
      and r.api_group = $2
      and r.resource = $3
      and r.cluster_name = $1
      and r.namespace > gone.namespace
    order by r.namespace
    limit 1
  ) as following
)
select live.namespace from live
union
select gone.namespace from gone
order by 1
