-- How many Kubernetes events there are, counted up to $15. $1 to $14 as in visible-events.sql.
select count(*)::int as count
from (
  select 1
  from events e
  where /* visible */
  limit $15
) as counted
