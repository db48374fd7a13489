-- One AppConfig with its rendering, also while it is being deleted.
--
-- $1 id
select
  c.id,
  c.name,
  c.repository_url,
  c.branch,
  c.environment,
  c.generation::float8 as generation,
  c.created_at::text as created_at_text,
  c.created_at,
  c.updated_at,
  c.changed_by,
  c.deleted_at,
  s.phase,
  s.observed_generation::float8 as observed_generation,
  s.reason,
  s.message,
  s.next_retry_at,
  s.rendered_at,
  s.revision
from app_configs c
left join app_config_status s on s.id = c.id
where c.id = $1
