-- Compares one manifest with the rows of its key range, set against set, in one statement (design, section 5).
-- $1 cluster, $2 group, $3 API version, $4 resource, $5 scope namespace ('' for all), $6/$7 from (exclusive,
-- '' for open), $8/$9 to (inclusive, U+10FFFF for open), $10 version of the list, $11 entries
-- [[namespace, name, uid, resourceVersion], …], $12 when the list was read. Runs under the stream's lock.
--
-- Rows that the list lacks and that are not newer than it are deleted. Entries that are missing here, or
-- older, or of another API version, are wanted. Where versions are no numbers, nothing is deleted on a guess: the
-- row is wanted, and the watcher tells what became of it. A tombstone that is older than an entry was
-- wrong (a restored etcd, two clusters under one name): the row lives again, at the tombstone's version, and is wanted.
-- One moment for the whole batch, read after the lock was taken, so that times follow positions.
-- That the kind is listed at all is noted once.
with listed as (
  insert into listed_kinds as k (cluster_name, api_group, api_version, resource)
  values ($1, $2, $3, $4)
  on conflict (cluster_name, api_group, resource) do update
  set api_version = excluded.api_version
  where k.api_version <> excluded.api_version
),
moment as materialized (select clock_timestamp() as at),
entry as materialized (
  select
    e ->> 0 as namespace,
    e ->> 1 as name,
    e ->> 2 as uid,
    e ->> 3 as version_text,
    case when e ->> 3 ~ '^[1-9][0-9]{0,38}$' then (e ->> 3)::numeric(39, 0) end as version
  from jsonb_array_elements($11::jsonb) e
),
live as materialized (
  select r.uid, r.namespace, r.name, r.resource_version
  from resources r
  where
    r.deleted_at is null
    and r.api_group = $2
    and r.resource = $4
    and r.cluster_name = $1
    and ($5 = '' or r.namespace = $5)
    and (r.namespace, r.name) > ($6, $7)
    and (r.namespace, r.name) <= ($8, $9)
),
missing as materialized (
  select * from live l where not exists (select from entry e where e.uid = l.uid)
),
deleted as (
  update resources r
  set
    resource_version = $10::text::numeric(39, 0),
    resource_version_text = $10::text,
    updated_at = (select at from moment),
    observed_at = $12,
    deleted_at = $12
  from missing m
  where r.uid = m.uid and r.cluster_name = $1 and m.resource_version <= $10::text::numeric(39, 0)
  returning r.cluster_name, r.uid, r.api_group, r.api_version, r.kind, r.resource, r.namespace, r.name,
    r.resource_version, r.resource_version_text, r.composition_id, r.observed_at, r.raw, r.truncated
),
recorded as (
  insert into resource_history (
    recorded_at, position, operation, cluster_name, uid, api_group, api_version, kind, resource, namespace,
    name, resource_version, resource_version_text, composition_id, observed_at, raw, truncated
  )
  select (select at from moment), nextval('resource_positions'), 'deleted', d.* from deleted d
),
known as materialized (
  select e.*, r.uid is not null as stored, r.deleted_at, r.resource_version, r.resource_version_text, r.api_version
  from entry e
  left join lateral (
    select * from resources p where p.uid = e.uid and p.cluster_name = $1 limit 1
  ) r on true
),
revived as (
  update resources r
  set deleted_at = null, updated_at = (select at from moment)
  from known k
  where r.uid = k.uid and r.cluster_name = $1 and k.deleted_at is not null and k.version > k.resource_version
  returning r.uid
),
wanted as (
  select k.namespace, k.name, k.uid
  from known k
  where case
    when not k.stored then true
    when k.deleted_at is not null then k.version > k.resource_version
    when k.version < k.resource_version then false
    else k.version > k.resource_version or k.version_text <> k.resource_version_text or k.api_version <> $3
  end
  union all
  select m.namespace, m.name, m.uid
  from missing m
  where m.resource_version is null or $10::text::numeric(39, 0) is null
)
select
  (select count(*) from deleted)::integer as deleted,
  (select count(*) from revived)::integer as revived,
  coalesce(
    (select jsonb_agg(jsonb_build_object('namespace', namespace, 'name', name, 'uid', uid)) from wanted),
    '[]'
  ) as wanted
