-- Marks an AppConfig as deleted; its row goes once the renderer has confirmed that nothing is left of it.
--
-- $1 id · $2 generations of which it must have one, null for any · $3 user
update app_configs set deleted_at = now(), changed_by = $3
where id = $1 and deleted_at is null and ($2::bigint[] is null or generation = any ($2))
returning id
