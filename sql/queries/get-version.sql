-- One stored version of an object; the last one that was stored where several have the same resourceVersion, as a
-- deletion may have. The present state is stored beside its history, and outlives that.
--
-- $1 uid · $2 cluster_name · $3 resourceVersion · $4 api_group · $5 resource: rights were asked for these
select
  v.position::text as position,
  v.operation,
  v.api_version,
  v.resource_version_text as resource_version,
  to_char(v.observed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as observed_at,
  to_char(v.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
  v.truncated,
  1 as found,
  true as goes_back,
  v.raw::text as raw
from (
  (
    select position, operation, api_version, resource_version_text, observed_at, recorded_at, truncated, raw
    from resource_history
    where uid = $1
      and cluster_name = $2
      and resource_version_text = $3
      and api_group = $4
      and resource = $5
    order by position desc
    limit 1
  )
  union all
  select
    0, case when r.deleted_at is null then 'upserted' else 'deleted' end, r.api_version,
    r.resource_version_text, r.observed_at, r.updated_at, r.truncated, r.raw
  from resources r
  where r.uid = $1 and r.cluster_name = $2 and r.resource_version_text = $3
) v
order by v.position desc
limit 1
