-- No statement of its own: the condition that every query over resources (r) has, set in at its marker.
-- Filters that are null take everything; the scope ($1) never does: rows outside it are not there.
--
-- $1 scope jsonb, with `within` · $2 api_group · $3 api_groups[] · $4 resource · $5 resources[] · $6 api_version
-- $7 cluster_name · $8 namespace · $9 name · $10 like pattern for name · $11 composition_id
-- $12 labels jsonb · $13 updated since · $14 kinds[] · $15 label requirements jsonb
-- $16 'live', 'deleted' or 'all' · $17 at, which only the source below uses
--
-- One group is $2 and several are $3, because only an equality lets the index deliver the order. `within` are all
-- namespaces of the scope, which says nothing new, but is what an index can look for.
($2::text is null or r.api_group = $2)
and ($3::text[] is null or r.api_group = any ($3))
and ($4::text is null or r.resource = $4)
and ($5::text[] is null or r.resource = any ($5))
and ($6::text is null or r.api_version = $6)
and ($7::text is null or r.cluster_name = $7)
and ($8::text is null or r.namespace = $8)
and ($9::text is null or r.name = $9)
and ($10::text is null or r.name ilike $10)
and ($11::uuid is null or r.composition_id = $11)
and ($12::jsonb is null or r.labels @> $12)
and ($13::timestamptz is null or r.updated_at >= $13)
and ($14::text[] is null or r.kind = any ($14))
and ($15::jsonb is null or /* requirements */ false)
and ($16::text <> 'live' or r.deleted_at is null)
and ($16::text <> 'deleted' or r.deleted_at is not null)
and ($17::timestamptz is null or true)
and (
  $1::jsonb -> 'within' is null
  or r.namespace = any (array(select w.namespace from jsonb_array_elements_text($1::jsonb -> 'within') as w (namespace)))
)
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
