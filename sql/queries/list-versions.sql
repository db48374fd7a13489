-- Stored versions of one object, newest first. Of $4 versions only as many as have $5 bytes together, as stored, but
-- two where there are two: one to show, and the one before it to compare with. `found` counts all of them.
--
-- $1 uid · $2 cluster_name · $3 position to continue below · $4 limit · $5 bytes
select
  v.position::text as position,
  v.operation,
  v.api_version,
  v.resource_version_text as resource_version,
  to_char(v.observed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as observed_at,
  to_char(v.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
  v.truncated,
  v.found::int as found,
  v.raw::text as raw
from (
  select
    h.*,
    row_number() over newest_first as place,
    sum(pg_column_size(h.raw)) over newest_first as bytes,
    count(*) over () as found
  from (
    select *
    from resource_history
    where uid = $1 and cluster_name = $2 and ($3::bigint is null or position < $3)
    order by position desc
    limit $4
  ) h
  window newest_first as (order by h.position desc)
) v
where v.place <= 2 or v.bytes <= $5
order by v.place
