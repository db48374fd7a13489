-- One page of live objects. Filters that are null take everything; the scope ($1) never does: rows outside
-- it are not there. The keyset condition and the order stand where the markers are, from a fixed table.
--
-- $1 scope jsonb · $2 api_group · $3 api_groups[] · $4 resource · $5 resources[] · $6 api_version
-- $7 cluster_name · $8 namespace · $9 name · $10 like pattern for name · $11 composition_id
-- $12 labels jsonb · $13 updated since · $14 with raw · $15 with status_raw · $16 limit · $17… keyset values
--
-- One group is $2 and several are $3, because only an equality lets the index deliver the order.
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
  r.composition_id,
  case when $14::boolean then r.raw::text end as raw,
  case when $15::boolean then r.status_raw::text end as status_raw
from resources r
where r.deleted_at is null
  and ($2::text is null or r.api_group = $2)
  and ($3::text[] is null or r.api_group = any ($3))
  and ($4::text is null or r.resource = $4)
  and ($5::text[] is null or r.resource = any ($5))
  and ($6::text is null or r.api_version = $6)
  and ($7::text is null or r.cluster_name = $7)
  and ($8::text is null or r.namespace = $8)
  and ($9::text is null or r.name = $9)
  and ($10::text is null or r.name ilike $10)
  and ($11::uuid is null or r.composition_id = $11)
  and ($12::jsonb is null or (r.labels @> $12 and r.labels <> '{}'))
  and ($13::timestamptz is null or r.updated_at >= $13)
  and (
    (r.cluster_name, r.api_group, r.resource) in (
      select s.cluster, s.api_group, s.resource
      from jsonb_to_recordset($1::jsonb -> 'everywhere') as s (cluster text, api_group text, resource text)
    )
    or (r.cluster_name, r.api_group, r.resource, r.namespace) in (
      select s.cluster, s.api_group, s.resource, s.namespace
      from jsonb_to_recordset($1::jsonb -> 'namespaces')
        as s (cluster text, api_group text, resource text, namespace text)
    )
    or (r.cluster_name, r.api_group, r.resource, r.namespace, r.name) in (
      select s.cluster, s.api_group, s.resource, s.namespace, s.name
      from jsonb_to_recordset($1::jsonb -> 'objects')
        as s (cluster text, api_group text, resource text, namespace text, name text)
    )
    or (r.cluster_name, r.api_group, r.resource, r.name) in (
      select s.cluster, s.api_group, s.resource, s.name
      from jsonb_to_recordset($1::jsonb -> 'names')
        as s (cluster text, api_group text, resource text, name text)
    )
  )
  and /* after */ true
order by /* order */
limit $16
