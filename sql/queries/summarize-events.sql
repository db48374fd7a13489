-- How many Kubernetes events there are of each kind, reason or whatever $15 names, among the newest $16.
-- $1 to $14 as in visible-events.sql.
select counted.value, count(*)::int as count
from (
  select
    case $15::text
      when 'kind' then e.resource_kind
      when 'namespace' then e.namespace
      when 'type' then e.event_type
      when 'reason' then e.reason
      when 'cluster' then e.cluster_name
      when 'composition' then e.composition_id::text
    end as value
  from events e
  where /* visible */
  order by e.created_at desc, e.position desc
  limit $16
) as counted
group by 1
order by count desc, 1
limit 1000
