-- AppConfigs that wait for the renderer: failed ones whose time has come, and changes that nobody told it of.
--
-- $1 how long a change may take to be told · $2 most rows
select id
from app_config_status
where phase in ('pending', 'failed')
  and coalesce(next_retry_at, updated_at) <= now()
  and (phase = 'failed' or updated_at <= now() - $1::interval)
order by coalesce(next_retry_at, updated_at)
limit $2
