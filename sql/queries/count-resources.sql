-- How many objects there are, counted up to $18. $1 to $17 as in visible-resources.sql.
select count(*)::int as count
from (
  select 1
  from /* source */ resources r
  where /* visible */
  limit $18
) as counted
