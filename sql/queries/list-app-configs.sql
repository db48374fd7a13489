-- AppConfigs with their rendering, the oldest first; the order never changes, whatever is edited.
--
-- $1 created_at and $2 id of the last row of the page before, both null for the first · $3 rows to skip · $4 most rows
-- $5 name or null · $6 environment or null · $7 with those that are being deleted
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
where ($1::timestamptz is null or (c.created_at, c.id) > ($1::timestamptz, $2::uuid))
  and ($5::text is null or c.name = $5)
  and ($6::text is null or c.environment = $6)
  and ($7 or c.deleted_at is null)
order by c.created_at, c.id
offset $3
limit $4
