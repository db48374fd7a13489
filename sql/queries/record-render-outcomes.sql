-- What became of one generation each of many AppConfigs. Runs under the lock of the stream of outcomes. Says per id
-- whether that generation still is the newest (`current`), a newer change waits (`newer`), or the row is locked or
-- not known any more (`gone`).
--
-- $1 outcomes as JSON: id, generation, phase, reason, message, retryAt, revision, goneNames
with outcome as (
  select *
  from jsonb_to_recordset($1::jsonb) as o (
    id uuid, generation bigint, phase text, reason text, message text, "retryAt" timestamptz, revision text,
    "goneNames" text[]
  )
),
reachable as materialized (
  select s.id, s.generation
  from app_config_status s
  join outcome o on o.id = s.id
  order by s.id
  for update of s skip locked
),
forgotten as (
  delete from app_config_status s
  using outcome o, reachable r
  where s.id = o.id and r.id = o.id and s.generation = o.generation and o.phase = 'pruned'
    and not exists (select from app_configs c where c.id = o.id)
  returning s.id
),
kept as (
  update app_config_status s set
    phase = o.phase,
    observed_generation = o.generation,
    reason = o.reason,
    message = o.message,
    attempts = case when o.phase = 'failed' then s.attempts + 1 else 0 end,
    next_retry_at = o."retryAt",
    rendered_at = case when o.phase = 'applied' then now() else s.rendered_at end,
    revision = coalesce(o.revision, s.revision),
    rendered_names = array(select n from unnest(s.rendered_names) as n where n <> all (o."goneNames")),
    updated_at = now()
  from outcome o, reachable r
  where s.id = o.id and r.id = o.id and s.generation = o.generation and o.phase <> 'pruned'
  returning s.id
),
superseded as (
  update app_config_history h set
    phase = 'superseded',
    next_retry_at = null,
    outcome_at = now(),
    position = nextval('app_config_positions')
  from outcome o
  where h.id = o.id and h.generation < o.generation and h.phase in ('pending', 'failed')
  returning h.id
),
told as (
  update app_config_history h set
    phase = o.phase,
    reason = o.reason,
    message = o.message,
    next_retry_at = o."retryAt",
    outcome_at = now(),
    revision = o.revision,
    position = nextval('app_config_positions')
  from outcome o
  where h.id = o.id and h.generation = o.generation
    -- Two renderers may try the same at once. A failure that is told after the other's success would stay for ever:
    -- nobody tries again what is settled.
    and (o.phase <> 'failed' or exists (
      select from app_config_status s
      where s.id = o.id and (s.observed_generation is null or s.observed_generation <= o.generation)
    ))
    and (h.phase, h.reason, h.message, h.next_retry_at, h.revision)
      is distinct from (o.phase, o.reason, o.message, o."retryAt", o.revision)
  returning h.id
)
select
  o.id,
  case
    when r.id is null then 'gone'
    when r.generation > o.generation then 'newer'
    else 'current'
  end as standing,
  (select count(*) from told)::int + (select count(*) from superseded)::int as told
from outcome o
left join reachable r on r.id = o.id
