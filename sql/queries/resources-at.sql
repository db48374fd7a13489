-- No statement of its own: the objects as they were stored at $17, in the columns of resources. Set in where a
-- query reads resources of now otherwise.
--
-- What has not changed since is the stored row itself; of the rest it is the last version that was stored by then. The
-- live and the deleted ones have an index each.
(
  select
    c.cluster_name, c.uid, c.api_group, c.resource, c.namespace, c.name, c.api_version, c.kind,
    c.resource_version_text, c.composition_id, c.labels, c.created_at, c.updated_at,
    null::timestamptz as deleted_at, c.raw, c.status_raw, c.truncated
  from resources c
  where c.updated_at <= $17::timestamptz and c.deleted_at is null
  union all
  select
    c.cluster_name, c.uid, c.api_group, c.resource, c.namespace, c.name, v.api_version, v.kind,
    v.resource_version_text, coalesce(v.composition_id, c.composition_id),
    coalesce(nullif(v.raw #> '{metadata,labels}', 'null'), '{}'), c.created_at, v.recorded_at,
    null, v.raw, nullif(v.raw -> 'status', 'null'), v.truncated
  from resources c
  cross join lateral (
    select h.*
    from resource_history h
    where h.uid = c.uid and h.cluster_name = c.cluster_name and h.recorded_at <= $17::timestamptz
    order by h.position desc
    limit 1
  ) v
  where c.updated_at > $17::timestamptz and c.deleted_at is null and v.operation = 'upserted'
  union all
  select
    c.cluster_name, c.uid, c.api_group, c.resource, c.namespace, c.name, v.api_version, v.kind,
    v.resource_version_text, coalesce(v.composition_id, c.composition_id),
    coalesce(nullif(v.raw #> '{metadata,labels}', 'null'), '{}'), c.created_at, v.recorded_at,
    null, v.raw, nullif(v.raw -> 'status', 'null'), v.truncated
  from resources c
  cross join lateral (
    select h.*
    from resource_history h
    where h.uid = c.uid and h.cluster_name = c.cluster_name and h.recorded_at <= $17::timestamptz
    order by h.position desc
    limit 1
  ) v
  where c.updated_at > $17::timestamptz and c.deleted_at is not null and v.operation = 'upserted'
)
