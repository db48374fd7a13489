-- Up Migration
-- Labels are looked for within a kind: the index finds the few Pods of an app without all else that has its label.
-- Locks `resources` against writing while it is built; of as many entries as the one that it takes the place of.
create index resources_kind_labels on resources
  using gin (jsonb_set('{}', array[api_group || '/' || resource], labels) jsonb_path_ops)
  where labels <> '{}';
drop index resources_labels;

-- Down Migration
create index resources_labels on resources using gin (labels jsonb_path_ops) where labels <> '{}';
drop index resources_kind_labels;
