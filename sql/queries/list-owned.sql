-- One page of the objects of a cluster that name one of these as their owner, in the order of uids.
--
-- $1 cluster_name · $2 uids of owners · $3 with deleted · $4 uid to continue after · $5 limit
select
  r.cluster_name, r.uid, r.api_group, r.api_version, r.kind, r.resource, r.namespace, r.name, r.owner_uids,
  to_char(r.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
  to_char(r.deleted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as deleted_at
from resources r
where r.owner_uids && $2::text[]
  -- For the index of owners, which leaves out the objects without any.
  and r.owner_uids <> '{}'
  and r.cluster_name = $1
  and ($3::boolean or r.deleted_at is null)
  and r.uid > $4
order by r.uid
limit $5
