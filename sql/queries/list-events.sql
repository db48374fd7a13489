-- One page of Kubernetes events, newest first, each event once with its latest version. Filters that are null
-- take everything; the scope ($1) never does: rows outside it are not there.
--
-- $1 scope jsonb · $2 cluster_name · $3 namespace · $4 kind, alone or as apiVersion.Kind
-- $5 like pattern for the involved object's name · $6 composition_id · $7 labels jsonb · $8 since
-- $9 with raw · $10 limit · $11 created_at and $12 position to continue after
--
-- Labels are the event's own, or those of the involved object where the user may get that: otherwise the
-- filter would tell labels that the user may not read.
select
  e.event_id,
  e.cluster_name || ':' || e.uid as global_uid,
  e.cluster_name,
  e.namespace,
  e.resource_kind,
  e.involved_object_name as resource_name,
  e.involved_object_uid,
  e.event_type,
  e.reason,
  e.message,
  e.composition_id,
  to_char(e.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
  e.position::text as position,
  case when $9::boolean then e.raw::text end as raw
from events e
where ($2::text is null or e.cluster_name = $2)
  and ($3::text is null or e.namespace = $3)
  and ($4::text is null or e.resource_kind = $4 or e.involved_object_kind = $4)
  and ($5::text is null or e.involved_object_name ilike $5)
  and ($6::uuid is null or e.composition_id = $6)
  and (
    $7::jsonb is null
    or e.raw #> '{metadata,labels}' @> $7
    or (
      exists (
        select 1
        from resources r
        where r.uid = e.involved_object_uid
          and r.cluster_name = e.cluster_name
          and r.labels @> $7
      )
      and (
        (e.cluster_name, e.involved_object_group, e.involved_object_resource) in (
          select s.cluster, s.api_group, s.resource
          from jsonb_to_recordset($1::jsonb #> '{involved,everywhere}')
            as s (cluster text, api_group text, resource text)
        )
        or (
          e.cluster_name, e.involved_object_group, e.involved_object_resource, e.involved_object_namespace
        ) in (
          select s.cluster, s.api_group, s.resource, s.namespace
          from jsonb_to_recordset($1::jsonb #> '{involved,namespaces}')
            as s (cluster text, api_group text, resource text, namespace text)
        )
        or (
          e.cluster_name, e.involved_object_group, e.involved_object_resource, e.involved_object_namespace,
          e.involved_object_name
        ) in (
          select s.cluster, s.api_group, s.resource, s.namespace, s.name
          from jsonb_to_recordset($1::jsonb #> '{involved,objects}')
            as s (cluster text, api_group text, resource text, namespace text, name text)
        )
        or (
          e.cluster_name, e.involved_object_group, e.involved_object_resource, e.involved_object_name
        ) in (
          select s.cluster, s.api_group, s.resource, s.name
          from jsonb_to_recordset($1::jsonb #> '{involved,names}')
            as s (cluster text, api_group text, resource text, name text)
        )
      )
    )
  )
  and ($8::timestamptz is null or e.created_at >= $8)
  and ($11::timestamptz is null or (e.created_at, e.position) < ($11, $12::bigint))
  and (
    e.cluster_name in (
      select s.cluster from jsonb_to_recordset($1::jsonb -> 'clusters') as s (cluster text)
    )
    or (e.cluster_name, e.namespace) in (
      select s.cluster, s.namespace
      from jsonb_to_recordset($1::jsonb -> 'namespaces') as s (cluster text, namespace text)
    )
    or (e.cluster_name, e.involved_object_group, e.involved_object_resource) in (
      select s.cluster, s.api_group, s.resource
      from jsonb_to_recordset($1::jsonb #> '{involved,everywhere}')
        as s (cluster text, api_group text, resource text)
    )
    or (
      e.cluster_name, e.involved_object_group, e.involved_object_resource, e.involved_object_namespace
    ) in (
      select s.cluster, s.api_group, s.resource, s.namespace
      from jsonb_to_recordset($1::jsonb #> '{involved,namespaces}')
        as s (cluster text, api_group text, resource text, namespace text)
    )
    or (
      e.cluster_name, e.involved_object_group, e.involved_object_resource, e.involved_object_namespace,
      e.involved_object_name
    ) in (
      select s.cluster, s.api_group, s.resource, s.namespace, s.name
      from jsonb_to_recordset($1::jsonb #> '{involved,objects}')
        as s (cluster text, api_group text, resource text, namespace text, name text)
    )
    or (e.cluster_name, e.involved_object_group, e.involved_object_resource, e.involved_object_name) in (
      select s.cluster, s.api_group, s.resource, s.name
      from jsonb_to_recordset($1::jsonb #> '{involved,names}')
        as s (cluster text, api_group text, resource text, name text)
    )
  )
  and not exists (
    select 1
    from events newer
    where newer.uid = e.uid
      and newer.cluster_name = e.cluster_name
      and newer.created_at >= e.created_at
      and (newer.created_at, newer.position) > (e.created_at, e.position)
  )
order by e.created_at desc, e.position desc
limit $10
