-- Up Migration
-- What reading needs beside the tables of the mirror. The index locks `events` against writing while it is
-- built; run it before the mirror is filled.

-- Which kinds events are about and where these are, for loose scans: rights are asked for these. Few different
-- keys, so deduplication keeps it at a few bytes a row.
create index events_involved_kind on events (
  cluster_name,
  involved_object_group,
  (coalesce(involved_object_resource, '')),
  involved_object_namespace
);

-- One row: what tells this database from any other that a client may have talked to before.
create table installation (
  only_row boolean primary key default true check (only_row),
  -- Part of every stream id, so that ids of another database are told from ours.
  id uuid not null default gen_random_uuid(),
  -- Seals cursors and stream ids, the same in all replicas. Whoever reads it reads all rows anyway.
  sealing_secret text not null default gen_random_uuid()::text || gen_random_uuid()::text,
  created_at timestamptz not null default now()
);
insert into installation default values;

-- Up to which position rows of a stream may be missing because retention dropped them. Who drops a partition
-- raises it in the same transaction; a stream that would continue below it has to say `resync`.
create table stream_horizons (
  stream text primary key check (stream in ('events', 'resources')),
  position bigint not null
);
insert into stream_horizons (stream, position) values ('events', 0), ('resources', 0);

-- Down Migration
drop table stream_horizons, installation;
drop index events_involved_kind;
