-- Where a version of some event of a cluster came in the stream of events, looked for among the newest $3
-- positions.
--
-- $1 cluster_name · $2 resource_version_text · $3 how far back
select e.position::text as position
from events e
where e.position > (select coalesce(max(n.position), 0) from events n) - $3::bigint
  and e.cluster_name = $1
  and e.resource_version_text = $2
order by e.position desc
limit 1
