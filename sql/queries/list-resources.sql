-- One page of objects. $1 to $17 as in visible-resources.sql; the keyset condition and the order stand where the
-- markers are, from a fixed table.
--
-- $18 limit · $19 with raw · $20 with status_raw · $21 paths into raw as a jsonb list of lists, or null
-- $22… keyset values
select
  r.name,
  r.uid,
  r.cluster_name || ':' || r.uid as global_uid,
  r.namespace,
  r.api_group,
  r.api_version,
  r.kind,
  r.resource,
  r.cluster_name,
  to_char(r.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
  to_char(r.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as updated_at,
  to_char(r.deleted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as deleted_at,
  r.composition_id,
  case when $19::boolean then r.raw::text end as raw,
  case when $20::boolean then r.status_raw::text end as status_raw,
  case
    when $21::jsonb is not null then (
      select array_agg((r.raw #> array(select jsonb_array_elements_text(p.path)))::text order by p.place)
      from jsonb_array_elements($21::jsonb) with ordinality as p (path, place)
    )
  end as parts
from /* source */ resources r
where /* visible */
  and /* after */ true
order by /* order */
limit $18
