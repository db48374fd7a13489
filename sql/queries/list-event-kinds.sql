-- Which kinds the events of a cluster are about; an empty resource stands for kinds that nobody knew. A loose
-- index scan over events_involved_kind: one probe per kind and partition instead of one row per event.
--
-- $1 cluster_name
with recursive kind as (
  (
    select e.involved_object_group as "group", coalesce(e.involved_object_resource, '') as resource
    from events e
    where e.cluster_name = $1
    order by 1, 2
    limit 1
  )
  union all
  select following."group", following.resource
  from kind
  cross join lateral (
    select e.involved_object_group as "group", coalesce(e.involved_object_resource, '') as resource
    from events e
    where e.cluster_name = $1
      and (e.involved_object_group, coalesce(e.involved_object_resource, '')) > (kind."group", kind.resource)
    order by 1, 2
    limit 1
  ) as following
)
select kind."group", kind.resource from kind
