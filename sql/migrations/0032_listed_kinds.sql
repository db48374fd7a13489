-- Up Migration
-- Locks nothing that is there. A kind of which no object ever lived is known by this alone: its manifests name nothing.
create table listed_kinds (
  cluster_name text collate "C" not null,
  api_group text collate "C" not null,
  api_version text collate "C" not null,
  resource text collate "C" not null,
  primary key (cluster_name, api_group, resource)
);

-- Down Migration
drop table listed_kinds;
