-- Up Migration
-- Lists of deleted objects by kind. Locks `resources` against writing while it is built; deleted rows are few.
create index resources_gone_key on resources (api_group, resource, cluster_name, namespace, name)
  where deleted_at is not null;

-- Down Migration
drop index resources_gone_key;
