-- Outcomes of renderings in commit order.
--
-- $1 position to begin after · $2 last position · $3 one AppConfig, null for all · $4 most rows
select
  position::float8 as position,
  id,
  generation::float8 as generation,
  operation,
  name,
  phase,
  reason,
  message,
  next_retry_at,
  outcome_at,
  revision
from app_config_history
where position > $1 and position <= $2 and ($3::uuid is null or id = $3)
order by position
limit $4
