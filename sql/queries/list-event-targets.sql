-- Which kinds the events of one cluster are about, and in which namespaces: what rights are asked for.
-- A loose index scan over events_targets, one probe per combination and partition instead of one row per event.
--
-- $1 cluster_name · $2 namespace of the events, or null
with recursive target as (
  (
    select
      e.namespace,
      e.involved_object_group,
      coalesce(e.involved_object_resource, '') as involved_object_resource,
      e.involved_object_namespace
    from events e
    where e.cluster_name = $1
      and ($2::text is null or e.namespace = $2)
    order by 1, 2, 3, 4
    limit 1
  )
  union all
  select following.*
  from target
  cross join lateral (
    select
      e.namespace,
      e.involved_object_group,
      coalesce(e.involved_object_resource, '') as involved_object_resource,
      e.involved_object_namespace
    from events e
    where e.cluster_name = $1
      and ($2::text is null or e.namespace = $2)
      and (
        e.namespace, e.involved_object_group, coalesce(e.involved_object_resource, ''),
        e.involved_object_namespace
      ) > (
        target.namespace, target.involved_object_group, target.involved_object_resource,
        target.involved_object_namespace
      )
    order by 1, 2, 3, 4
    limit 1
  ) as following
)
select
  target.namespace,
  target.involved_object_group as "group",
  target.involved_object_resource as resource,
  target.involved_object_namespace as "involvedNamespace"
from target
