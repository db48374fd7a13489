-- Deletes the rows of custom resources whose definition is gone: nobody lists a kind that is no longer served, so no
-- manifest would ever lack them. Runs with a manifest of CustomResourceDefinitions, in its transaction.
-- $1 cluster, $2 from (exclusive, '' for open), $3 to (inclusive), $4 version of the list, $5 entries of the
-- manifest, $6 when the list was read.
--
-- A definition counts as gone where the manifest covers its name without listing it and no live row has it. Custom
-- resources share the version space of their definitions, so rows newer than the list belong to a definition that
-- came back since.
with moment as materialized (select clock_timestamp() as at),
vanished as materialized (
  select distinct
    split_part(d.name, '.', 1) as resource,
    substr(d.name, strpos(d.name, '.') + 1) as api_group
  from resources d
  where
    d.cluster_name = $1
    and d.api_group = 'apiextensions.k8s.io'
    and d.resource = 'customresourcedefinitions'
    and d.deleted_at is not null
    and d.name > $2
    and d.name <= $3
    and not exists (select from jsonb_array_elements($5::jsonb) e where e ->> 1 = d.name)
    and not exists (
      select
      from resources l
      where
        l.cluster_name = d.cluster_name and l.api_group = d.api_group and l.resource = d.resource
        and l.name = d.name and l.deleted_at is null
    )
),
deleted as (
  update resources r
  set
    resource_version = $4::text::numeric(39, 0),
    resource_version_text = $4::text,
    updated_at = (select at from moment),
    observed_at = $6,
    deleted_at = $6
  from vanished v
  where
    r.cluster_name = $1 and r.api_group = v.api_group and r.resource = v.resource and r.deleted_at is null
    and r.resource_version <= $4::text::numeric(39, 0)
  returning r.cluster_name, r.uid, r.api_group, r.api_version, r.kind, r.resource, r.namespace, r.name,
    r.resource_version, r.resource_version_text, r.composition_id, r.observed_at, r.raw, r.truncated
),
recorded as (
  insert into resource_history (
    recorded_at, position, operation, cluster_name, uid, api_group, api_version, kind, resource, namespace,
    name, resource_version, resource_version_text, composition_id, observed_at, raw, truncated
  )
  select (select at from moment), nextval('resource_positions'), 'deleted', d.* from deleted d
)
select count(*)::integer as deleted from deleted
