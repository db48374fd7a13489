-- Stored versions of one object, newest first. Of $4 versions only as many as have $5 bytes together, as JSON texts,
-- but two where there are two: one to show, and the one before it to compare with. `found` counts all of them.
--
-- Where retention has dropped all versions of an object that has not changed for long, its present state is the one
-- that is left, at position 0. `goes_back` tells whether history reaches back to the object's beginning, so that no
-- version can have been dropped.
--
-- $1 uid · $2 cluster_name · $3 position to continue below · $4 limit · $5 bytes · $6 api_group · $7 resource: rights
-- were asked for these, and an object may have come through another group as well
select
  v.position::text as position,
  v.operation,
  v.api_version,
  v.resource_version_text as resource_version,
  to_char(v.observed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as observed_at,
  to_char(v.recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at,
  v.truncated,
  v.found::int as found,
  (
    select s.position = 0 or exists (
      select 1
      from (select h.recorded_at from resource_history h where h.position > s.position order by h.position limit 1) oldest
      join resources r on r.uid = $1 and r.cluster_name = $2 and r.created_at >= oldest.recorded_at
    )
    from stream_horizons s
    where s.stream = 'resources'
  ) as goes_back,
  v.json as raw
from (
  select
    t.*,
    row_number() over newest_first as place,
    sum(octet_length(t.json)) over newest_first as bytes,
    count(*) over () as found
  from (
    select h.*, h.raw::text as json
    from (
      (
        select position, operation, api_version, resource_version_text, observed_at, recorded_at, truncated, raw
        from resource_history
        where uid = $1
          and cluster_name = $2
          and api_group = $6
          and resource = $7
          and ($3::bigint is null or position < $3)
        order by position desc
        limit $4
      )
      union all
      (
        select
          0, case when r.deleted_at is null then 'upserted' else 'deleted' end, r.api_version,
          r.resource_version_text, r.observed_at, r.updated_at, r.truncated, r.raw
        from resources r
        where r.uid = $1
          and r.cluster_name = $2
          and $3::bigint is null
          and not exists (
            select 1
            from resource_history h
            where h.uid = $1 and h.cluster_name = $2 and h.api_group = $6 and h.resource = $7
          )
      )
    ) h
    -- A fence, so that each text is made once.
    offset 0
  ) t
  window newest_first as (order by t.position desc)
) v
where v.place <= 2 or v.bytes <= $5
order by v.place
