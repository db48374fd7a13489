-- The CustomResourceDefinition of a resource, live or deleted; the newest of several.
--
-- Live and deleted ones have an index each.
--
-- $1 cluster_name · $2 its name, <plural>.<group>
select d.raw
from (
  select r.raw, r.deleted_at
  from resources r
  where r.deleted_at is null
    and r.api_group = 'apiextensions.k8s.io'
    and r.resource = 'customresourcedefinitions'
    and r.cluster_name = $1
    and r.namespace = ''
    and r.name = $2
  union all
  select r.raw, r.deleted_at
  from resources r
  where r.deleted_at is not null
    and r.api_group = 'apiextensions.k8s.io'
    and r.resource = 'customresourcedefinitions'
    and r.cluster_name = $1
    and r.namespace = ''
    and r.name = $2
) d
order by d.deleted_at desc nulls first
limit 1
