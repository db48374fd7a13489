-- Where a version of some object of a cluster came in the stream of resources, looked for among the newest $3
-- positions: an older one counts as expired, as in the watch cache of an API server.
--
-- $1 cluster_name · $2 resource_version_text · $3 how far back
select h.position::text as position
from resource_history h
where h.position > (select coalesce(max(n.position), 0) from resource_history n) - $3::bigint
  and h.cluster_name = $1
  and h.resource_version_text = $2
order by h.position desc
limit 1
