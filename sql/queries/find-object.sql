-- What an object is, live or deleted, by its global id. Whether the user may get it is asked afterwards, for its name.
--
-- $1 uid · $2 cluster_name
select
  r.cluster_name, r.uid, r.api_group, r.api_version, r.kind, r.resource, r.namespace, r.name, r.owner_uids,
  to_char(r.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
  to_char(r.deleted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as deleted_at
from resources r
where r.uid = $1
  and r.cluster_name = $2
