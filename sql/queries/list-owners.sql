-- Objects of one cluster by their uids, in no order.
--
-- $1 cluster_name · $2 uids[] · $3 with deleted
select
  r.cluster_name, r.uid, r.api_group, r.api_version, r.kind, r.resource, r.namespace, r.name, r.owner_uids,
  to_char(r.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
  to_char(r.deleted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as deleted_at
from resources r
where r.uid = any ($2::text[])
  and r.cluster_name = $1
  and ($3::boolean or r.deleted_at is null)
