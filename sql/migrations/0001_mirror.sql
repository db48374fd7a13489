-- Up Migration
-- First tables of the mirror. Creates only new objects, so it locks nothing that anyone uses.

-- Positions in commit order: handed out by nextval only while the stream's advisory lock is held (see
-- sql/README.md), so that no reader ever sees a position appear below one it has read.
create sequence resource_positions as bigint;
create sequence event_positions as bigint;

-- Current state: one row per object that ever lived, live or deleted. A uid never returns, so a row with
-- deleted_at never becomes live again.
create table resources (
  id bigint generated always as identity primary key,
  cluster_name text not null,
  uid text not null,
  global_uid text not null,
  api_group text not null,
  api_version text not null,
  kind text not null,
  resource text not null,
  namespace text not null,
  name text not null,
  -- Numeric, because versions go up to 128 bits. Null where an API server's versions are no decimal numbers.
  resource_version numeric(39, 0),
  resource_version_text text not null,
  composition_id uuid,
  labels jsonb not null default '{}',
  owner_uids text[] not null default '{}',
  -- The object's own creationTimestamp.
  created_at timestamptz not null,
  -- When this version was stored.
  updated_at timestamptz not null,
  -- When the watcher saw it.
  observed_at timestamptz not null,
  deleted_at timestamptz,
  raw jsonb not null,
  status_raw jsonb,
  -- The object was too large for an event: raw holds its identity only.
  truncated boolean not null default false
) with (fillfactor = 85);

create unique index resources_cluster_uid on resources (cluster_name, uid);
create unique index resources_global_uid on resources (global_uid);
-- The default order of lists, and the set a manifest is compared with.
create index resources_live_key on resources (api_group, resource, cluster_name, namespace collate "C", name collate "C")
  where deleted_at is null;
create index resources_live_updated on resources (api_group, resource, updated_at desc, id desc)
  where deleted_at is null;
create index resources_composition on resources (composition_id) where composition_id is not null;
create index resources_labels on resources using gin (labels jsonb_path_ops);
create index resources_owner_uids on resources using gin (owner_uids) where owner_uids <> '{}';
create index resources_deleted on resources (deleted_at) where deleted_at is not null;

-- Every version that was stored, for history, as-of reads and streams.
create table resource_history (
  recorded_at timestamptz not null,
  position bigint not null,
  operation text not null check (operation in ('upserted', 'deleted')),
  cluster_name text not null,
  uid text not null,
  api_group text not null,
  api_version text not null,
  kind text not null,
  resource text not null,
  namespace text not null,
  name text not null,
  resource_version numeric(39, 0),
  resource_version_text text not null,
  composition_id uuid,
  observed_at timestamptz not null,
  raw jsonb not null,
  truncated boolean not null default false
) partition by range (recorded_at);

create index resource_history_position on resource_history (position);
create index resource_history_object on resource_history (cluster_name, uid, position);

create table resource_history_default partition of resource_history default;

-- One row per version of a Kubernetes event.
create table events (
  -- The event's own time, the partition key: series.lastObservedTime, lastTimestamp, eventTime,
  -- firstTimestamp or creationTimestamp, whichever is newest.
  created_at timestamptz not null,
  position bigint not null,
  event_id uuid not null default gen_random_uuid(),
  cluster_name text not null,
  uid text not null,
  global_uid text not null,
  resource_version numeric(39, 0),
  resource_version_text text not null,
  namespace text not null,
  name text not null,
  event_type text not null,
  reason text,
  action text,
  message text,
  count integer,
  series_count integer,
  series_last_observed_at timestamptz,
  first_seen_at timestamptz,
  source_component text,
  source_host text,
  reporting_controller text,
  reporting_instance text,
  -- apiVersion and kind joined by a dot, as the seed stack has it: `v1.Pod`, `apps/v1.Deployment`.
  resource_kind text not null,
  involved_object_group text not null,
  involved_object_version text not null,
  involved_object_kind text not null,
  -- Plural, resolved by the watcher from discovery; null where discovery does not know the kind.
  involved_object_resource text,
  involved_object_namespace text not null,
  involved_object_name text not null,
  involved_object_uid text,
  involved_object_field_path text,
  related_object jsonb,
  composition_id uuid,
  observed_at timestamptz not null,
  recorded_at timestamptz not null,
  raw jsonb not null
) partition by range (created_at);

create unique index events_version on events (cluster_name, uid, resource_version_text, created_at);
create index events_created on events (created_at desc, global_uid desc);
create index events_position on events (position);
create index events_namespace_created on events (namespace, created_at desc);
create index events_involved_uid on events (involved_object_uid, created_at desc) where involved_object_uid is not null;
create index events_composition on events (composition_id, created_at desc) where composition_id is not null;

create table events_default partition of events default;

-- Messages that can never be stored, with the reason why, kept for inspection and replay (I5).
create table quarantined_events (
  id bigint generated always as identity primary key,
  quarantined_at timestamptz not null default now(),
  -- Function that gave up on it.
  function_name text not null,
  reason text not null,
  ce_id text,
  ce_source text,
  ce_type text,
  -- Context attributes as received.
  attributes jsonb not null,
  -- Bytes as received, because the text itself may be what cannot be stored.
  body bytea not null,
  replayed_at timestamptz
);

create index quarantined_events_open on quarantined_events (function_name, id) where replayed_at is null;

-- Down Migration
drop table quarantined_events, events, resource_history, resources;
drop sequence event_positions, resource_positions;
