-- The newest version in one cluster's stream of Kubernetes events.
--
-- $1 cluster_name
select e.position::text as position, e.resource_version_text as version
from events e
where e.cluster_name = $1
order by e.position desc
limit 1
