-- Generated from the migrations; see sql/README.md.

-- Sequences

create sequence app_config_positions as bigint;
create sequence event_positions as bigint;
create sequence resource_positions as bigint;

-- Tables

create table app_config_history (
  id uuid not null,
  generation bigint not null,
  operation text not null,
  name text not null,
  repository_url text not null,
  branch text not null,
  environment text not null,
  changed_at timestamp with time zone not null,
  changed_by text,
  phase text not null default 'pending'::text,
  reason text,
  message text,
  next_retry_at timestamp with time zone,
  outcome_at timestamp with time zone,
  revision text,
  "position" bigint
);

create table app_config_status (
  id uuid not null,
  generation bigint not null,
  deleted boolean not null,
  rendered_names text[] not null,
  phase text not null,
  observed_generation bigint,
  reason text,
  message text,
  attempts integer not null default 0,
  next_retry_at timestamp with time zone,
  rendered_at timestamp with time zone,
  revision text,
  updated_at timestamp with time zone not null default now()
) with (fillfactor=70);

create table app_configs (
  id uuid not null default gen_random_uuid(),
  name text not null,
  repository_url text not null,
  branch text not null default 'main'::text,
  environment text not null,
  generation bigint not null default 0,
  render_requested_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  changed_by text,
  deleted_at timestamp with time zone
);

create table change_outbox (
  seq bigint not null generated always as identity,
  transaction_id xid8 not null default pg_current_xact_id(),
  table_schema text not null,
  table_name text not null,
  operation text not null,
  row_data jsonb,
  previous_data jsonb,
  changed_at timestamp with time zone not null default now()
) with (autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=1000);

create table change_outbox_readers (
  name text not null,
  tables text[] not null,
  copied_at timestamp with time zone not null
);

create table events (
  created_at timestamp with time zone not null,
  "position" bigint not null,
  event_id uuid not null default gen_random_uuid(),
  cluster_name text collate "C" not null,
  uid text collate "C" not null,
  resource_version numeric(39,0),
  resource_version_text text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  event_type text collate "C" not null,
  reason text,
  action text,
  message text,
  count integer,
  series_count integer,
  series_last_observed_at timestamp with time zone,
  first_seen_at timestamp with time zone,
  source_component text,
  source_host text,
  reporting_controller text,
  reporting_instance text,
  resource_kind text collate "C" not null,
  involved_object_group text collate "C" not null,
  involved_object_version text collate "C" not null,
  involved_object_kind text collate "C" not null,
  involved_object_resource text collate "C",
  involved_object_namespace text collate "C" not null,
  involved_object_name text collate "C" not null,
  involved_object_uid text collate "C",
  involved_object_field_path text,
  related_object jsonb,
  composition_id uuid,
  observed_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  raw jsonb not null
) partition by range (created_at);

create table events_default partition of events DEFAULT;

create table installation (
  only_row boolean not null default true,
  id uuid not null default gen_random_uuid(),
  sealing_secret text not null default ((gen_random_uuid())::text || (gen_random_uuid())::text),
  created_at timestamp with time zone not null default now()
);

create table listed_kinds (
  cluster_name text collate "C" not null,
  api_group text collate "C" not null,
  api_version text collate "C" not null,
  resource text collate "C" not null
);

create table quarantined_events (
  id bigint not null generated always as identity,
  quarantined_at timestamp with time zone not null default now(),
  function_name text not null,
  reason text not null,
  ce_id text not null,
  ce_source text not null,
  ce_type text not null,
  attributes jsonb not null,
  body bytea not null,
  deliveries integer not null default 1,
  replayed_at timestamp with time zone
);

create table resource_history (
  recorded_at timestamp with time zone not null,
  "position" bigint not null,
  operation text not null,
  cluster_name text collate "C" not null,
  uid text collate "C" not null,
  api_group text collate "C" not null,
  api_version text collate "C" not null,
  kind text collate "C" not null,
  resource text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  resource_version numeric(39,0),
  resource_version_text text collate "C" not null,
  composition_id uuid,
  observed_at timestamp with time zone not null,
  raw jsonb not null,
  truncated boolean not null default false
) partition by range (recorded_at);

create table resource_history_default partition of resource_history DEFAULT;

create table resources (
  cluster_name text collate "C" not null,
  uid text collate "C" not null,
  api_group text collate "C" not null,
  api_version text collate "C" not null,
  kind text collate "C" not null,
  resource text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  resource_version numeric(39,0),
  resource_version_text text collate "C" not null,
  composition_id uuid,
  labels jsonb not null default '{}'::jsonb,
  owner_uids text[] collate "C" not null default '{}'::text[],
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  observed_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  raw jsonb not null,
  status_raw jsonb,
  truncated boolean not null default false
) with (fillfactor=80, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_insert_scale_factor=0.05);

create table stream_horizons (
  stream text not null,
  "position" bigint not null
);


-- Constraints

alter table app_config_history add constraint app_config_history_operation_check CHECK ((operation = ANY (ARRAY['created'::text, 'updated'::text, 'deleted'::text])));
alter table app_config_history add constraint app_config_history_phase_check CHECK ((phase = ANY (ARRAY['pending'::text, 'applied'::text, 'refused'::text, 'failed'::text, 'superseded'::text, 'pruned'::text])));
alter table app_config_history add constraint app_config_history_pkey PRIMARY KEY (id, generation);
alter table app_config_status add constraint app_config_status_phase_check CHECK ((phase = ANY (ARRAY['pending'::text, 'applied'::text, 'refused'::text, 'failed'::text])));
alter table app_config_status add constraint app_config_status_pkey PRIMARY KEY (id);
alter table app_configs add constraint app_configs_branch_check CHECK (((length(branch) >= 1) AND (length(branch) <= 255)));
alter table app_configs add constraint app_configs_environment_check CHECK (((length(environment) >= 1) AND (length(environment) <= 63)));
alter table app_configs add constraint app_configs_name_check CHECK ((name ~ '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'::text));
alter table app_configs add constraint app_configs_pkey PRIMARY KEY (id);
alter table app_configs add constraint app_configs_repository_url_check CHECK ((((length(repository_url) >= 1) AND (length(repository_url) <= 2048)) AND (repository_url !~ '^[^/]*//[^/@]*:[^/@]*@'::text)));
alter table change_outbox add constraint change_outbox_operation_check CHECK ((operation = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text, 'truncate'::text])));
alter table change_outbox add constraint change_outbox_pkey PRIMARY KEY (seq);
alter table change_outbox_readers add constraint change_outbox_readers_pkey PRIMARY KEY (name);
alter table installation add constraint installation_only_row_check CHECK (only_row);
alter table installation add constraint installation_pkey PRIMARY KEY (only_row);
alter table listed_kinds add constraint listed_kinds_pkey PRIMARY KEY (cluster_name, api_group, resource);
alter table quarantined_events add constraint quarantined_events_pkey PRIMARY KEY (id);
alter table resource_history add constraint resource_history_operation_check CHECK ((operation = ANY (ARRAY['upserted'::text, 'deleted'::text])));
alter table resources add constraint resources_pkey PRIMARY KEY (uid, cluster_name);
alter table stream_horizons add constraint stream_horizons_pkey PRIMARY KEY (stream);
alter table stream_horizons add constraint stream_horizons_stream_check CHECK ((stream = ANY (ARRAY['events'::text, 'resources'::text])));

-- Indexes

CREATE INDEX app_config_history_pending ON public.app_config_history USING btree (id, generation) WHERE (phase = ANY (ARRAY['pending'::text, 'failed'::text]));
CREATE UNIQUE INDEX app_config_history_position ON public.app_config_history USING btree ("position") WHERE ("position" IS NOT NULL);
CREATE INDEX app_config_status_due ON public.app_config_status USING btree (COALESCE(next_retry_at, updated_at)) WHERE (phase = ANY (ARRAY['pending'::text, 'failed'::text]));
CREATE UNIQUE INDEX app_configs_live_name ON public.app_configs USING btree (name) WHERE (deleted_at IS NULL);
CREATE INDEX app_configs_live_order ON public.app_configs USING btree (created_at, id) WHERE (deleted_at IS NULL);
CREATE INDEX events_composition ON ONLY public.events USING btree (composition_id, created_at) WHERE (composition_id IS NOT NULL);
CREATE INDEX events_created ON ONLY public.events USING btree (created_at, "position");
CREATE INDEX events_involved_kind ON ONLY public.events USING btree (cluster_name, involved_object_group, COALESCE(involved_object_resource, ''::text), involved_object_namespace);
CREATE INDEX events_involved_uid ON ONLY public.events USING btree (involved_object_uid, created_at) WHERE (involved_object_uid IS NOT NULL);
CREATE INDEX events_namespace_created ON ONLY public.events USING btree (namespace, created_at, "position");
CREATE INDEX events_position ON ONLY public.events USING btree ("position");
CREATE UNIQUE INDEX events_version ON ONLY public.events USING btree (uid, resource_version_text, cluster_name, created_at);
CREATE INDEX events_words ON ONLY public.events USING gin (event_words(reason, message));
CREATE UNIQUE INDEX quarantined_events_open ON public.quarantined_events USING btree (function_name, ce_source, ce_id, ce_type) WHERE (replayed_at IS NULL);
CREATE INDEX resource_history_object ON ONLY public.resource_history USING btree (uid, "position");
CREATE INDEX resource_history_position ON ONLY public.resource_history USING btree ("position");
CREATE INDEX resources_composition ON public.resources USING btree (composition_id) WHERE (composition_id IS NOT NULL);
CREATE INDEX resources_deleted ON public.resources USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX resources_gone_key ON public.resources USING btree (api_group, resource, cluster_name, namespace, name) WHERE (deleted_at IS NOT NULL);
CREATE INDEX resources_kind_labels ON public.resources USING gin (jsonb_set('{}'::jsonb, ARRAY[((api_group || '/'::text) || resource)], labels) jsonb_path_ops) WHERE (labels <> '{}'::jsonb);
CREATE INDEX resources_live_key ON public.resources USING btree (api_group, resource, cluster_name, namespace, name) WHERE (deleted_at IS NULL);
CREATE INDEX resources_owner_uids ON public.resources USING gin (owner_uids) WITH (fastupdate=off) WHERE (owner_uids <> '{}'::text[]);

-- Functions

CREATE OR REPLACE FUNCTION public.app_configs_after_write()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  changed app_configs := case when tg_op = 'DELETE' then old else new end;
  gone boolean := tg_op = 'DELETE' or changed.deleted_at is not null;
  change text := case
    when gone then 'deleted'
    when tg_op = 'INSERT' or (tg_op = 'UPDATE' and old.deleted_at is not null) then 'created'
    else 'updated'
  end;
begin
  if tg_op = 'UPDATE' and new.generation = old.generation then
    return null;
  end if;
  if tg_op = 'DELETE' then
    -- The end of a soft delete is no change of its own.
    if old.deleted_at is not null then
      return null;
    end if;
    changed.generation := old.generation + 1;
    changed.updated_at := now();
    changed.changed_by := null;
  end if;
  insert into app_config_history
    (id, generation, operation, name, repository_url, branch, environment, changed_at, changed_by)
  values
    (changed.id, changed.generation, change, changed.name, changed.repository_url, changed.branch,
     changed.environment, changed.updated_at, changed.changed_by);
  insert into app_config_status as s (id, generation, deleted, rendered_names, phase)
  values (changed.id, changed.generation, gone, array[changed.name], 'pending')
  on conflict (id) do update set
    generation = excluded.generation,
    deleted = excluded.deleted,
    rendered_names = case
      when changed.name = any (s.rendered_names) then s.rendered_names
      else s.rendered_names || changed.name
    end,
    phase = 'pending',
    reason = null,
    message = null,
    attempts = 0,
    next_retry_at = null,
    updated_at = now();
  return null;
end
$function$
;
CREATE OR REPLACE FUNCTION public.app_configs_before_write()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'INSERT' then
    new.generation := 1 + coalesce((select max(h.generation) from app_config_history h where h.id = new.id), 0);
    return new;
  end if;
  if new.id <> old.id then
    raise exception 'Cannot change the id of an AppConfig: "%", expected "%"', new.id, old.id
      using errcode = 'check_violation';
  end if;
  new.generation := old.generation;
  if new is distinct from old then
    new.generation := old.generation + 1;
    new.updated_at := now();
  end if;
  return new;
end
$function$
;
CREATE OR REPLACE FUNCTION public.event_words(reason text, message text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, translate(((COALESCE(reason, ''::text) || ' '::text) || COALESCE(message, ''::text)), '-_./:@#=,;"''()[]{}<>|\+*&%$!?~^'::text, '                               '::text))
;
CREATE OR REPLACE FUNCTION public.record_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO '$user', 'public'
 SET "TimeZone" TO 'UTC'
 SET "IntervalStyle" TO 'postgres'
AS $function$
begin
  if tg_op = 'TRUNCATE' then
    insert into change_outbox (table_schema, table_name, operation)
    values (tg_table_schema, tg_table_name, 'truncate');
  else
    insert into change_outbox (table_schema, table_name, operation, row_data, previous_data)
    values (
      tg_table_schema, tg_table_name, lower(tg_op),
      case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end,
      case when tg_op = 'UPDATE' then to_jsonb(old) end
    );
  end if;
  -- One wake-up per transaction: equal notifications are merged.
  perform pg_notify('kubemirror_changes', '');
  return null;
end
$function$
;

-- Triggers

CREATE TRIGGER app_configs_after_write AFTER INSERT OR DELETE OR UPDATE ON public.app_configs FOR EACH ROW EXECUTE FUNCTION app_configs_after_write();
CREATE TRIGGER app_configs_before_write BEFORE INSERT OR UPDATE ON public.app_configs FOR EACH ROW EXECUTE FUNCTION app_configs_before_write();
