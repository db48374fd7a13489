-- One page of objects as an API server lists them: their texts, and what a key is made of beside
-- the kind and the cluster, which all have in common. $1 to $17 as in
-- visible-resources.sql; the keyset condition and the order stand where the markers are, from a fixed table.
--
-- $18 limit · $19… keyset values
select
  r.namespace,
  r.name,
  r.uid,
  r.raw::text as raw
from /* source */ resources r
where /* visible */
  and /* after */ true
order by /* order */
limit $18
