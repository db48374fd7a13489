-- Applies the staged deletions of batch $1 to resources and resource_history, after the upserts of the same batch and
-- while the stream's advisory lock is held.
--
-- A uid never returns, so a deletion is final whatever versions say, and one of an object that is not stored
-- leaves a tombstone, which a late upsert of the same uid then meets (I2). The object's last state is kept where
-- the deletion brings its identity only, or an older state than the stored one.
-- One moment for the whole batch, read after the lock was taken, so that times follow positions.
with moment as materialized (select clock_timestamp() as at),
gone as materialized (
  select distinct on (s.uid, s.cluster_name)
    s.ordinal,
    s.cluster_name,
    s.uid,
    s.api_group,
    s.api_version,
    s.kind,
    s.resource,
    s.namespace,
    s.name,
    s.resource_version::numeric(39, 0) as resource_version,
    s.resource_version_text,
    s.composition_id,
    s.owner_uids,
    s.created_at,
    s.observed_at,
    s.raw,
    s.truncated,
    r.uid is not null as known,
    r.uid is not null
      and (s.truncated or coalesce(s.resource_version::numeric(39, 0) < r.resource_version, false)) as keeps_raw
  from stage_resources s
  left join lateral (
    select * from resources p where p.uid = s.uid and p.cluster_name = s.cluster_name limit 1
  ) r on true
  where s.batch = $1 and s.deleted and (r.uid is null or r.deleted_at is null)
  order by s.uid, s.cluster_name, s.truncated, s.resource_version::numeric(39, 0) desc nulls last, s.ordinal
),
inserted as (
  insert into resources (
    cluster_name, uid, api_group, api_version, kind, resource, namespace, name, resource_version,
    resource_version_text, composition_id, labels, owner_uids, created_at, updated_at, observed_at, deleted_at,
    raw, status_raw, truncated
  )
  select
    g.cluster_name, g.uid, g.api_group, g.api_version, g.kind, g.resource, g.namespace, g.name,
    g.resource_version, g.resource_version_text, g.composition_id,
    coalesce(nullif(g.raw -> 'metadata' -> 'labels', 'null'), '{}'), g.owner_uids,
    coalesce(g.created_at, g.observed_at), (select at from moment), g.observed_at, g.observed_at, g.raw,
    nullif(g.raw -> 'status', 'null'), g.truncated
  from gone g
  where not g.known
  returning cluster_name, uid, api_group, api_version, kind, resource, namespace, name, resource_version,
    resource_version_text, composition_id, observed_at, raw, truncated
),
updated as (
  update resources r
  set
    -- An unknown version of the deletion stays unknown: nothing can be newer than it.
    resource_version = case
      when g.resource_version is null then null
      else greatest(r.resource_version, g.resource_version)
    end,
    resource_version_text = case
      when g.keeps_raw and not g.truncated then r.resource_version_text
      else g.resource_version_text
    end,
    updated_at = (select at from moment),
    observed_at = g.observed_at,
    deleted_at = g.observed_at,
    raw = case when g.keeps_raw then r.raw else g.raw end,
    status_raw = case when g.keeps_raw then r.status_raw else nullif(g.raw -> 'status', 'null') end,
    truncated = case when g.keeps_raw then r.truncated else g.truncated end
  from gone g
  where g.known and r.uid = g.uid and r.cluster_name = g.cluster_name
  returning r.cluster_name, r.uid, r.api_group, r.api_version, r.kind, r.resource, r.namespace, r.name,
    r.resource_version, r.resource_version_text, r.composition_id, r.observed_at, r.raw, r.truncated
),
recorded as (
  insert into resource_history (
    recorded_at, position, operation, cluster_name, uid, api_group, api_version, kind, resource, namespace,
    name, resource_version, resource_version_text, composition_id, observed_at, raw, truncated
  )
  select (select at from moment), nextval('resource_positions'), 'deleted', d.*
  from (select * from inserted union all select * from updated) d
)
select coalesce(array_agg(ordinal), '{}') as taken, count(*) as deleted from gone
