-- One live object by its global id. Whether the user may get it is asked afterwards, for its name.
--
-- $1 uid · $2 cluster_name · $3 with raw · $4 with status_raw
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
  null as deleted_at,
  r.composition_id,
  case when $3::boolean then r.raw::text end as raw,
  case when $4::boolean then r.status_raw::text end as status_raw,
  null as parts
from resources r
where r.uid = $1
  and r.cluster_name = $2
  and r.deleted_at is null
