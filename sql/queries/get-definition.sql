-- The CustomResourceDefinition of a resource, live or deleted; the newest of several.
--
-- $1 cluster_name · $2 its name, <plural>.<group>
select r.raw
from resources r
where r.api_group = 'apiextensions.k8s.io'
  and r.resource = 'customresourcedefinitions'
  and r.cluster_name = $1
  and r.namespace = ''
  and r.name = $2
order by r.deleted_at desc nulls first
limit 1
