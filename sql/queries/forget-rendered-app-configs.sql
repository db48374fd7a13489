-- Ends the soft delete of AppConfigs that nothing is left of. Rows that somebody else is changing are left to the
-- change, which brings its own rendering: waiting for them could end in a deadlock with a user's transaction.
--
-- $1 outcomes as JSON
delete from app_configs
where id in (
  select c.id
  from app_configs c
  join jsonb_to_recordset($1::jsonb) as o (id uuid, generation bigint, phase text)
    on o.id = c.id and o.generation = c.generation
  where o.phase = 'pruned' and c.deleted_at is not null
  order by c.id
  for update of c skip locked
)
