-- Merges the staged upserts of batch $1 into resources and resource_history under the version guard (I2). Runs while the
-- stream's advisory lock is held, so what it reads stays true until commit.
--
-- A version is taken when it is newer than the stored one, when the same version comes in another API version
-- or comes whole after it was truncated, and, where versions are no numbers, when it was observed later.
-- A deleted object never comes back. Several versions of one object in a batch each make a history row.
-- One moment for the whole batch, read after the lock was taken, so that times follow positions.
with moment as materialized (select clock_timestamp() as at),
candidate as materialized (
  select
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
    s.owner_uids,
    s.created_at,
    s.observed_at,
    s.raw,
    s.truncated,
    r.uid is not null as known,
    case
      when s.composition_id is not null then s.composition_id
      when s.owner_uids = '{}' then null
      else coalesce(
        (
          select o.composition_id
          from resources o
          where o.uid = any (s.owner_uids) and o.cluster_name = s.cluster_name and o.composition_id is not null
          order by o.composition_id
          limit 1
        ),
        r.composition_id
      )
    end as composition_id,
    r.composition_id as prior_composition_id,
    row_number() over (
      partition by s.uid, s.cluster_name, s.resource_version_text order by s.truncated, s.observed_at desc, s.ordinal
    ) as copy,
    row_number() over (
      partition by s.uid, s.cluster_name
      order by s.resource_version::numeric(39, 0) desc nulls last, s.truncated, s.observed_at desc, s.ordinal
    ) as age
  from stage_resources s
  -- LIMIT keeps this a look-up by key per staged row: the planner knows nothing about the staging table, and a
  -- plan that reads all of resources once would be kept for the life of the connection.
  left join lateral (
    select * from resources p where p.uid = s.uid and p.cluster_name = s.cluster_name limit 1
  ) r on true
  where
    s.batch = $1
    and not s.deleted
    and (
      r.uid is null
      or r.deleted_at is null
      and case
        when s.resource_version::numeric(39, 0) > r.resource_version then true
        when s.resource_version::numeric(39, 0) < r.resource_version then false
        when s.resource_version_text = r.resource_version_text
          then r.truncated and not s.truncated
            or s.api_version <> r.api_version and s.observed_at > r.observed_at
        else s.observed_at >= r.observed_at
      end
    )
),
inserted as (
  insert into resources (
    cluster_name, uid, api_group, api_version, kind, resource, namespace, name, resource_version,
    resource_version_text, composition_id, labels, owner_uids, created_at, updated_at, observed_at, raw,
    status_raw, truncated
  )
  select
    c.cluster_name, c.uid, c.api_group, c.api_version, c.kind, c.resource, c.namespace, c.name,
    c.resource_version, c.resource_version_text, c.composition_id,
    coalesce(nullif(c.raw -> 'metadata' -> 'labels', 'null'), '{}'), c.owner_uids,
    coalesce(c.created_at, c.observed_at), (select at from moment), c.observed_at, c.raw,
    nullif(c.raw -> 'status', 'null'), c.truncated
  from candidate c
  where c.age = 1 and not c.known
),
updated as (
  update resources r
  set
    api_version = c.api_version,
    kind = c.kind,
    resource_version = c.resource_version,
    resource_version_text = c.resource_version_text,
    composition_id = c.composition_id,
    labels = coalesce(nullif(c.raw -> 'metadata' -> 'labels', 'null'), '{}'),
    owner_uids = c.owner_uids,
    updated_at = (select at from moment),
    observed_at = c.observed_at,
    raw = c.raw,
    status_raw = nullif(c.raw -> 'status', 'null'),
    truncated = c.truncated
  from candidate c
  where c.age = 1 and c.known and r.uid = c.uid and r.cluster_name = c.cluster_name
),
recorded as (
  insert into resource_history (
    recorded_at, position, operation, cluster_name, uid, api_group, api_version, kind, resource, namespace,
    name, resource_version, resource_version_text, composition_id, observed_at, raw, truncated
  )
  select (select at from moment), nextval('resource_positions'), 'upserted', o.*
  from (
    select
      c.cluster_name, c.uid, c.api_group, c.api_version, c.kind, c.resource, c.namespace, c.name,
      c.resource_version, c.resource_version_text, c.composition_id, c.observed_at, c.raw, c.truncated
    from candidate c
    where c.copy = 1
    -- The order in which the API server made them, as far as batches allow.
    order by c.resource_version, c.observed_at, c.ordinal
  ) o
)
select
  coalesce(array_agg(ordinal) filter (where copy = 1), '{}') as taken,
  count(*) filter (where age = 1 and not known) as inserted,
  count(*) filter (where age = 1 and known) as updated,
  -- Whose composition became known or changed: what they own has to follow.
  coalesce(
    jsonb_agg(jsonb_build_array(cluster_name, uid)) filter (
      where age = 1 and composition_id is not null and composition_id is distinct from prior_composition_id
    ),
    '[]'
  ) as composed
from candidate
