-- Generations of one AppConfig, the newest first.
--
-- $1 id · $2 only generations below this one, null for all · $3 most rows
select
  generation::float8 as generation,
  operation,
  name,
  repository_url,
  branch,
  environment,
  changed_at,
  changed_by,
  phase,
  reason,
  message,
  next_retry_at,
  outcome_at,
  revision
from app_config_history
where id = $1 and ($2::bigint is null or generation < $2)
order by generation desc
limit $3
