-- Which resources of a group have objects in a cluster. Loose index scans over resources_live_key and, where
-- deleted objects count too, resources_gone_key: one probe per resource and cluster instead of one row per object.
--
-- $1 cluster_name · $2 api_group · $3 with deleted objects
with recursive live as (
  (
    select r.resource, r.cluster_name
    from resources r
    where r.deleted_at is null and r.api_group = $2
    order by r.resource, r.cluster_name
    limit 1
  )
  union all
  select following.resource, following.cluster_name
  from live
  cross join lateral (
    select r.resource, r.cluster_name
    from resources r
    where r.deleted_at is null
      and r.api_group = $2
      and (r.resource, r.cluster_name) > (live.resource, live.cluster_name)
    order by r.resource, r.cluster_name
    limit 1
  ) as following
),
gone as (
  (
    select r.resource, r.cluster_name
    from resources r
    where $3::boolean and r.deleted_at is not null and r.api_group = $2
    order by r.resource, r.cluster_name
    limit 1
  )
  union all
  select following.resource, following.cluster_name
  from gone
  cross join lateral (
    select r.resource, r.cluster_name
    from resources r
    where r.deleted_at is not null
      and r.api_group = $2
      and (r.resource, r.cluster_name) > (gone.resource, gone.cluster_name)
    order by r.resource, r.cluster_name
    limit 1
  ) as following
)
select live.resource from live where live.cluster_name = $1
union
select gone.resource from gone where gone.cluster_name = $1
order by 1
