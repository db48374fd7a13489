-- Partitions of $1, with their bounds as text and their whole size, indexes and large values included.
select
  c.relname as name,
  pg_get_expr(c.relpartbound, c.oid) as bounds,
  pg_total_relation_size(c.oid) as bytes
from pg_inherits i
join pg_class c on c.oid = i.inhrelid
where i.inhparent = $1::regclass
order by c.relname
