-- Which objects of one kind the events of some namespaces are about. Not all where there are very many: as many rows
-- are read, by events_involved_kind, and as many objects given, as are worth asking about one at a time.
--
-- $1 cluster_name · $2 involved_object_group · $3 involved_object_resource · $4 namespaces[] · $5 rows · $6 objects
select distinct e.namespace, e.name
from (
  select o.involved_object_namespace as namespace, o.involved_object_name as name
  from events o
  where o.cluster_name = $1
    and o.involved_object_group = $2
    and coalesce(o.involved_object_resource, '') = $3
    and o.involved_object_namespace = any ($4::text[])
  limit $5
) as e
limit $6
