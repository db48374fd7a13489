-- The newest stored version in one cluster's stream of resources.
--
-- $1 cluster_name
select h.position::text as position, h.resource_version_text as version
from resource_history h
where h.cluster_name = $1
order by h.position desc
limit 1
