-- In which namespaces the objects of one kind are that events are about: one probe per namespace and partition.
--
-- $1 cluster_name · $2 involved_object_group · $3 involved_object_resource
with recursive place as (
  (
    select e.involved_object_namespace as namespace
    from events e
    where e.cluster_name = $1
      and e.involved_object_group = $2
      and coalesce(e.involved_object_resource, '') = $3
    order by 1
    limit 1
  )
  union all
  select following.namespace
  from place
  cross join lateral (
    select e.involved_object_namespace as namespace
    from events e
    where e.cluster_name = $1
      and e.involved_object_group = $2
      and coalesce(e.involved_object_resource, '') = $3
      and e.involved_object_namespace > place.namespace
    order by 1
    limit 1
  ) as following
)
select place.namespace from place
