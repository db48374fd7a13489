-- Up Migration
-- Tables of the mirror. Creates only new objects, so it locks nothing that anyone uses.
-- sql/README.md explains the tables, the locks and the positions.
--
-- Keys have collation "C": byte order is what etcd, manifests and cursors use, and it compares fastest.

-- Positions in commit order: handed out by nextval only while the stream's advisory lock is held, so that no
-- reader ever sees a position appear below one it has read.
create sequence resource_positions as bigint;
create sequence event_positions as bigint;

-- Current state: one row per object that ever lived, live or deleted.
create table resources (
  cluster_name text collate "C" not null,
  uid text collate "C" not null,
  api_group text collate "C" not null,
  api_version text collate "C" not null,
  kind text collate "C" not null,
  -- Plural.
  resource text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  -- Numeric, because versions go up to 128 bits. Null where an API server's versions are no decimal numbers,
  -- or where it is not known at which version the object was deleted.
  resource_version numeric(39, 0),
  resource_version_text text collate "C" not null,
  composition_id uuid,
  labels jsonb not null default '{}',
  owner_uids text[] collate "C" not null default '{}',
  -- The object's own creationTimestamp, or when it was first seen where it has none.
  created_at timestamptz not null,
  -- When this version was stored.
  updated_at timestamptz not null,
  -- When the watcher saw it.
  observed_at timestamptz not null,
  -- When the deletion was seen; never the object's deletionTimestamp, which lies in the future.
  deleted_at timestamptz,
  raw jsonb not null,
  status_raw jsonb,
  -- The object was too large for an event: raw holds its identity only.
  truncated boolean not null default false,
  primary key (uid, cluster_name)
)
-- Room for HOT updates: none of the indexes below has a column that an ordinary update changes.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);

-- Lists in Kubernetes' order, keyset pages, and the set that a manifest is compared with.
create index resources_live_key on resources (api_group, resource, cluster_name, namespace, name)
  where deleted_at is null;
create index resources_composition on resources (composition_id) where composition_id is not null;
create index resources_labels on resources using gin (labels jsonb_path_ops) where labels <> '{}';
create index resources_owner_uids on resources using gin (owner_uids) where owner_uids <> '{}';
create index resources_deleted on resources (deleted_at) where deleted_at is not null;

-- Every version that was stored, for history, as-of reads and streams.
create table resource_history (
  recorded_at timestamptz not null,
  position bigint not null,
  operation text not null check (operation in ('upserted', 'deleted')),
  cluster_name text collate "C" not null,
  uid text collate "C" not null,
  api_group text collate "C" not null,
  api_version text collate "C" not null,
  kind text collate "C" not null,
  resource text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  resource_version numeric(39, 0),
  resource_version_text text collate "C" not null,
  composition_id uuid,
  observed_at timestamptz not null,
  raw jsonb not null,
  truncated boolean not null default false
) partition by range (recorded_at);

create index resource_history_position on resource_history (position);
create index resource_history_object on resource_history (uid, position);

create table resource_history_default partition of resource_history default;

-- One row per version of a Kubernetes event.
create table events (
  -- The event's own time, the partition key: the newest of all the times that it carries.
  created_at timestamptz not null,
  position bigint not null,
  event_id uuid not null default gen_random_uuid(),
  cluster_name text collate "C" not null,
  uid text collate "C" not null,
  resource_version numeric(39, 0),
  resource_version_text text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  event_type text collate "C" not null,
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
  resource_kind text collate "C" not null,
  involved_object_group text collate "C" not null,
  involved_object_version text collate "C" not null,
  involved_object_kind text collate "C" not null,
  -- Plural, resolved by the watcher from discovery or from the object's own row; null where neither knows it.
  involved_object_resource text collate "C",
  involved_object_namespace text collate "C" not null,
  involved_object_name text collate "C" not null,
  involved_object_uid text collate "C",
  involved_object_field_path text,
  related_object jsonb,
  composition_id uuid,
  observed_at timestamptz not null,
  recorded_at timestamptz not null,
  raw jsonb not null
) partition by range (created_at);

-- Removes duplicates: the same version of an event has the same time, and so lies in the same partition.
create unique index events_version on events (uid, resource_version_text, cluster_name, created_at);
create index events_created on events (created_at, position);
create index events_position on events (position);
create index events_namespace_created on events (namespace, created_at, position);
create index events_involved_uid on events (involved_object_uid, created_at) where involved_object_uid is not null;
create index events_composition on events (composition_id, created_at) where composition_id is not null;

create table events_default partition of events default;

-- Messages that can never be stored, with the reason why, kept for inspection and replay (I5).
create table quarantined_events (
  id bigint generated always as identity primary key,
  quarantined_at timestamptz not null default now(),
  -- Function that gave up on it.
  function_name text not null,
  reason text not null,
  ce_id text not null,
  ce_source text not null,
  ce_type text not null,
  -- Context attributes by their wire names; what PostgreSQL cannot hold is replaced by U+FFFD.
  attributes jsonb not null,
  -- Data as received, because the text itself may be what cannot be stored.
  body bytea not null,
  -- How often it came.
  deliveries integer not null default 1,
  replayed_at timestamptz
);

-- A broker that delivers twice makes no second row.
create unique index quarantined_events_open on quarantined_events (function_name, ce_source, ce_id, ce_type)
  where replayed_at is null;

-- Down Migration
drop table quarantined_events, events, resource_history, resources;
drop sequence event_positions, resource_positions;
