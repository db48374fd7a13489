-- One stored version of an object; the last one that was stored where several have the same resourceVersion, as a
-- deletion may have.
--
-- $1 uid · $2 cluster_name · $3 resourceVersion
select
  h.position::text as position,
  h.operation,
  h.api_version,
  h.resource_version_text as resource_version,
  to_char(h.observed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as observed_at,
  to_char(h.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
  h.truncated,
  1 as found,
  h.raw::text as raw
from resource_history h
where h.uid = $1 and h.cluster_name = $2 and h.resource_version_text = $3
order by h.position desc
limit 1
