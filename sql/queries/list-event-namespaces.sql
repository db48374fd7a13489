-- Which namespaces have events, in any cluster: one probe per namespace and partition of
-- events_namespace_created.
with recursive place as (
  (select e.namespace from events e order by e.namespace limit 1)
  union all
  select following.namespace
  from place
  cross join lateral (
    select e.namespace from events e where e.namespace > place.namespace order by e.namespace limit 1
  ) as following
)
select place.namespace from place
