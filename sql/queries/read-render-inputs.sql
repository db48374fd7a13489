-- What is wanted of AppConfigs, and what is known of their rendering; one row per id that is known at all.
--
-- $1 ids
select
  wanted.id,
  c.name,
  c.repository_url,
  c.branch,
  c.environment,
  c.generation::float8 as generation,
  c.deleted_at is not null as soft_deleted,
  s.generation::float8 as newest_generation,
  s.deleted as delete_wanted,
  coalesce(s.rendered_names, '{}') as rendered_names,
  s.phase,
  s.observed_generation::float8 as observed_generation,
  coalesce(s.attempts, 0) as attempts
from unnest($1::uuid[]) as wanted (id)
left join app_configs c on c.id = wanted.id
left join app_config_status s on s.id = wanted.id
where c.id is not null or s.id is not null
