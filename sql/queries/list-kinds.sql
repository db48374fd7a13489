-- Which resources of a cluster are mirrored: those that have or had objects, and those that were listed and had none,
-- whose kind nobody knows. Loose index scans over resources_live_key and resources_gone_key, then one row of each for
-- what its objects are called.
--
-- $1 cluster_name
with recursive live as (
  (
    select r.api_group, r.resource, r.cluster_name
    from resources r
    where r.deleted_at is null
    order by r.api_group, r.resource, r.cluster_name
    limit 1
  )
  union all
  select following.*
  from live
  cross join lateral (
    select r.api_group, r.resource, r.cluster_name
    from resources r
    where r.deleted_at is null
      and (r.api_group, r.resource, r.cluster_name) > (live.api_group, live.resource, live.cluster_name)
    order by r.api_group, r.resource, r.cluster_name
    limit 1
  ) as following
),
gone as (
  (
    select r.api_group, r.resource, r.cluster_name
    from resources r
    where r.deleted_at is not null
    order by r.api_group, r.resource, r.cluster_name
    limit 1
  )
  union all
  select following.*
  from gone
  cross join lateral (
    select r.api_group, r.resource, r.cluster_name
    from resources r
    where r.deleted_at is not null
      and (r.api_group, r.resource, r.cluster_name) > (gone.api_group, gone.resource, gone.cluster_name)
    order by r.api_group, r.resource, r.cluster_name
    limit 1
  ) as following
),
kinds as (
  select live.api_group, live.resource, true as is_live from live where live.cluster_name = $1
  union all
  select gone.api_group, gone.resource, false
  from gone
  where gone.cluster_name = $1
    and not exists (
      select 1
      from live
      where live.api_group = gone.api_group and live.resource = gone.resource and live.cluster_name = $1
    )
)
select
  kinds.api_group as "group",
  example.api_version as version,
  kinds.resource,
  example.kind,
  example.namespace <> '' as namespaced
from kinds
cross join lateral (
  (
    select r.api_version, r.kind, r.namespace
    from resources r
    where kinds.is_live
      and r.deleted_at is null
      and r.api_group = kinds.api_group
      and r.resource = kinds.resource
      and r.cluster_name = $1
    order by r.namespace desc
    limit 1
  )
  union all
  (
    select r.api_version, r.kind, r.namespace
    from resources r
    where not kinds.is_live
      and r.deleted_at is not null
      and r.api_group = kinds.api_group
      and r.resource = kinds.resource
      and r.cluster_name = $1
    order by r.namespace desc
    limit 1
  )
) as example
union all
select k.api_group, k.api_version, k.resource, null, null
from listed_kinds k
where k.cluster_name = $1 and not exists (
  select from kinds where kinds.api_group = k.api_group and kinds.resource = k.resource
)
order by 1, 3
