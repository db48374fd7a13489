-- Hands compositions on to what is owned: $1 is an array of [cluster, uid] whose composition became known or
-- changed. Rows that came before their owner, in this batch or long ago, get theirs now, and so do events about
-- any of them. Runs in the transaction of the merge, with both streams' locks held.
with recursive known (cluster_name, uid, composition_id) as (
  select r.cluster_name, r.uid, r.composition_id
  from jsonb_array_elements($1::jsonb) s
  join resources r on r.uid = s ->> 1 and r.cluster_name = s ->> 0
  where r.composition_id is not null
  union
  select c.cluster_name, c.uid, k.composition_id
  from known k
  join resources c
    on c.owner_uids <> '{}' and c.owner_uids @> array[k.uid] and c.cluster_name = k.cluster_name
  where
    c.composition_id is distinct from k.composition_id
    -- What says its own composition keeps it.
    and c.api_group <> 'composition.krateo.io'
    and coalesce(c.labels ->> 'krateo.io/composition-id', '') !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
),
chosen as (
  -- Owners that disagree: the smallest, so that the outcome depends on no order.
  select distinct on (uid, cluster_name) cluster_name, uid, composition_id
  from known
  order by uid, cluster_name, composition_id
),
resources_filled as (
  update resources r
  set composition_id = c.composition_id
  from chosen c
  where r.uid = c.uid and r.cluster_name = c.cluster_name and r.composition_id is distinct from c.composition_id
  returning 1
),
events_filled as (
  update events e
  set composition_id = c.composition_id
  from chosen c
  where e.involved_object_uid = c.uid and e.cluster_name = c.cluster_name and e.composition_id is null
  returning 1
)
select
  (select count(*) from resources_filled) as resources,
  (select count(*) from events_filled) as events
