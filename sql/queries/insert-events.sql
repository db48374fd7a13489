-- Moves the staged Kubernetes events of batch $1 into their partitions, one row per version of an event; what is there
-- already stays (I1, no duplicates). Runs under the stream's lock. Composition and plural come from the involved
-- object's row where the event does not say them; a row that comes later fills them (spread-compositions.sql).
-- One moment for the whole batch, read after the lock was taken, so that times follow positions.
with moment as materialized (select clock_timestamp() as at),
inserted as (
  insert into events (
    created_at, position, cluster_name, uid, resource_version, resource_version_text, namespace, name, event_type,
    reason, action, message, count, series_count, series_last_observed_at, first_seen_at, source_component,
    source_host, reporting_controller, reporting_instance, resource_kind, involved_object_group,
    involved_object_version, involved_object_kind, involved_object_resource, involved_object_namespace,
    involved_object_name, involved_object_uid, involved_object_field_path, related_object, composition_id,
    observed_at, recorded_at, raw
  )
  select
    s.created_at, nextval('event_positions'), s.cluster_name, s.uid, s.resource_version::numeric(39, 0),
    s.resource_version_text, s.namespace, s.name, s.event_type, s.reason, s.action, s.message, s.count,
    s.series_count, s.series_last_observed_at, s.first_seen_at, s.source_component, s.source_host,
    s.reporting_controller, s.reporting_instance, s.resource_kind, s.involved_object_group,
    s.involved_object_version, s.involved_object_kind, coalesce(s.involved_object_resource, r.resource),
    s.involved_object_namespace, s.involved_object_name, s.involved_object_uid, s.involved_object_field_path,
    s.related_object, coalesce(s.composition_id, r.composition_id), s.observed_at, (select at from moment), s.raw
  from (select * from stage_events where batch = $1 order by ordinal) s
  left join lateral (
    select p.resource, p.composition_id
    from resources p
    where p.uid = s.involved_object_uid and p.cluster_name = s.cluster_name
    limit 1
  ) r on true
  on conflict do nothing
  returning uid, resource_version_text, cluster_name
)
select
  count(*) filter (where i.uid is not null) as inserted,
  -- The first staged copy of each row that went in.
  coalesce(array_agg(f.ordinal) filter (where i.uid is not null), '{}') as taken
from (
  select uid, resource_version_text, cluster_name, min(ordinal) as ordinal
  from stage_events
  where batch = $1
  group by uid, resource_version_text, cluster_name
) f
left join inserted i
  on i.uid = f.uid and i.resource_version_text = f.resource_version_text and i.cluster_name = f.cluster_name
