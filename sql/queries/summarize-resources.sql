-- How many objects there are of each kind, namespace or whatever $18 names, among the first $19.
-- $1 to $17 as in visible-resources.sql.
--
-- A status is what kubectl users look at first: the phase, else what the most telling condition says.
select
  counted.api_group as "group",
  counted.resource,
  counted.kind,
  counted.value,
  count(*)::int as count
from (
  select
    case when $18::text = 'kind' then r.api_group end as api_group,
    case when $18::text = 'kind' then r.resource end as resource,
    case when $18::text = 'kind' then r.kind end as kind,
    case $18::text
      when 'namespace' then r.namespace
      when 'cluster' then r.cluster_name
      when 'composition' then r.composition_id::text
      when 'status' then coalesce(
        r.status_raw ->> 'phase',
        (
          select case c.condition ->> 'status'
            when 'True' then c.condition ->> 'type'
            when 'False' then 'Not' || (c.condition ->> 'type')
            else 'Unknown'
          end
          from jsonb_array_elements(
            case when jsonb_typeof(r.status_raw -> 'conditions') = 'array' then r.status_raw -> 'conditions' else '[]' end
          ) as c (condition)
          where c.condition ->> 'type' in ('Ready', 'Available', 'Complete', 'Established')
          order by array_position(array['Ready', 'Available', 'Complete', 'Established'], c.condition ->> 'type')
          limit 1
        ),
        'Unknown'
      )
    end as value
  from /* source */ resources r
  where /* visible */
  limit $19
) as counted
group by 1, 2, 3, 4
order by count desc, 1, 2, 3, 4
limit 1000
