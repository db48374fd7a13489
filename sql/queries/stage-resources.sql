-- Where a batch lands before it is merged: private to the connection, never logged, emptied by every commit.
-- Rows of up to 8 kB stay uncompressed here; larger ones are compressed once and copied as they are.
create temporary table stage_resources (
  ordinal integer not null,
  cluster_name text collate "C" not null,
  uid text collate "C" not null,
  api_group text collate "C" not null,
  api_version text collate "C" not null,
  kind text collate "C" not null,
  resource text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  -- Null where it is no decimal number; see resources.resource_version.
  resource_version text,
  resource_version_text text collate "C" not null,
  -- From its own label, or its own uid; owners are asked in the merge.
  composition_id uuid,
  owner_uids text[] collate "C" not null,
  created_at timestamptz,
  observed_at timestamptz not null,
  truncated boolean not null,
  deleted boolean not null,
  raw jsonb not null
) on commit delete rows
