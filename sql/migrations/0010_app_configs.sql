-- Up Migration
-- AppConfigs, what became of each generation of them, and the outbox that stands in for logical replication.
-- Creates only new objects, so it locks nothing that anyone uses.

create table app_configs (
  id uuid primary key default gen_random_uuid(),
  -- Name of the object and of the file that is rendered, so it must be fit for both (RFC 1123 label).
  name text not null check (name ~ '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'),
  -- Never with a password: it would go into the log, every event and the object.
  repository_url text not null
    check (length(repository_url) between 1 and 2048 and repository_url !~ '^[^/]*//[^/@]*:[^/@]*@'),
  branch text not null default 'main' check (length(branch) between 1 and 255),
  environment text not null check (length(environment) between 1 and 63),
  -- Raised by every change, set by trigger. Never falls, also when a row of the same id comes again.
  generation bigint not null default 0,
  -- A new value asks for a rendering although nothing else changed.
  render_requested_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Who made this change through the API; null where it came by SQL.
  changed_by text,
  -- Set by a delete; the row itself goes once the renderer has confirmed that nothing is left of it.
  deleted_at timestamptz
);

-- A delete must carry the whole row, and an unchanged large value too.
alter table app_configs replica identity full;

-- A name is free again as soon as its row is deleted, whatever the renderer still has to do.
create unique index app_configs_live_name on app_configs (name) where deleted_at is null;
create index app_configs_live_order on app_configs (created_at, id) where deleted_at is null;

-- What the renderer knows and has to do, one row per AppConfig that may have left something in the target.
-- It outlives its app_configs row and is not published, so that writing it causes no further change event.
create table app_config_status (
  id uuid primary key,
  -- Newest generation there is, that of the delete included.
  generation bigint not null,
  -- The row is deleted, softly or for good.
  deleted boolean not null,
  -- Names under which an object or a file of this row may exist. Written in the transaction of the row's own
  -- change, before anything is rendered, so that no crash leaves something behind that nobody knows of.
  rendered_names text[] not null,
  phase text not null check (phase in ('pending', 'applied', 'refused', 'failed')),
  -- Generation that `phase` speaks of, while it is not pending; null before the first outcome.
  observed_generation bigint,
  reason text,
  message text,
  -- Failed attempts since the last success or change.
  attempts integer not null default 0,
  next_retry_at timestamptz,
  -- When the target last took this row's content.
  rendered_at timestamptz,
  -- resourceVersion of the object, or the commit.
  revision text,
  updated_at timestamptz not null default now()
) with (fillfactor = 70);

-- What is to be done, oldest first; small, because what is applied is not in it.
create index app_config_status_due on app_config_status (coalesce(next_retry_at, updated_at)) where phase in ('pending', 'failed');

-- Positions in commit order: handed out by nextval only while the stream's advisory lock is held.
create sequence app_config_positions as bigint;

-- Every generation, and what became of it.
create table app_config_history (
  id uuid not null,
  generation bigint not null,
  operation text not null check (operation in ('created', 'updated', 'deleted')),
  name text not null,
  repository_url text not null,
  branch text not null,
  environment text not null,
  changed_at timestamptz not null,
  changed_by text,
  -- Superseded: a newer generation came before this one was rendered. Pruned: nothing is left in the target.
  phase text not null default 'pending'
    check (phase in ('pending', 'applied', 'refused', 'failed', 'superseded', 'pruned')),
  reason text,
  message text,
  next_retry_at timestamptz,
  outcome_at timestamptz,
  revision text,
  -- Place of the latest outcome in the stream of outcomes; null while there is none.
  position bigint,
  primary key (id, generation)
);

create unique index app_config_history_position on app_config_history (position) where position is not null;
create index app_config_history_pending on app_config_history (id, generation) where phase in ('pending', 'failed');

create function app_configs_before_write() returns trigger language plpgsql as $$
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
$$;

create function app_configs_after_write() returns trigger language plpgsql as $$
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
$$;

create trigger app_configs_before_write before insert or update on app_configs
  for each row execute function app_configs_before_write();
create trigger app_configs_after_write after insert or update or delete on app_configs
  for each row execute function app_configs_after_write();

-- Row changes for the poller, which stands in where wal_level is not logical. The poller creates the triggers
-- that fill it on the tables it follows, and deletes what was delivered.
create table change_outbox (
  -- Taken while the row is locked, so per row it is in commit order.
  seq bigint generated always as identity primary key,
  -- Readers stay below the oldest transaction that still runs, so that of one row no smaller seq appears behind them.
  transaction_id xid8 not null default pg_current_xact_id(),
  table_schema text not null,
  table_name text not null,
  operation text not null check (operation in ('insert', 'update', 'delete', 'truncate')),
  row_data jsonb,
  previous_data jsonb,
  changed_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- One row per poller that has finished its initial copy; without one it starts anew.
create table change_outbox_readers (
  name text primary key,
  tables text[] not null,
  copied_at timestamptz not null
);

-- Runs with its owner's rights: whoever may write a followed table need not know of the outbox. Times and
-- intervals are written in one form, whatever the writer's session says.
create function record_change() returns trigger language plpgsql security definer
  set search_path from current
  set timezone = 'UTC'
  set intervalstyle = 'postgres'
as $$
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
$$;

-- Down Migration
drop table change_outbox_readers, change_outbox, app_configs, app_config_status, app_config_history;
drop function app_configs_before_write, app_configs_after_write, record_change;
drop sequence app_config_positions;
