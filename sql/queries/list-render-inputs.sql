-- The same for all AppConfigs, in pages by id.
--
-- $1 id after which the page begins, null for the first · $2 most rows
select
  known.id,
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
from (
  (select id from app_configs where $1::uuid is null or id > $1 order by id limit $2)
  union
  (select id from app_config_status where $1::uuid is null or id > $1 order by id limit $2)
  order by id
  limit $2
) as known (id)
left join app_configs c on c.id = known.id
left join app_config_status s on s.id = known.id
order by known.id
