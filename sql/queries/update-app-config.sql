-- Changes what is given; null leaves a field as it is. Nothing where the row is deleted or has another generation.
--
-- $1 id · $2 generations of which it must have one, null for any · $3 name · $4 repository_url · $5 branch
-- $6 environment · $7 user · $8 whether a rendering is asked for although nothing changes
update app_configs set
  name = coalesce($3, name),
  repository_url = coalesce($4, repository_url),
  branch = coalesce($5, branch),
  environment = coalesce($6, environment),
  render_requested_at = case when $8 then clock_timestamp() else render_requested_at end,
  -- Who changed nothing is not who changed it last.
  changed_by = case
    when $8 or (coalesce($3, name), coalesce($4, repository_url), coalesce($5, branch), coalesce($6, environment))
      is distinct from (name, repository_url, branch, environment) then $7
    else changed_by
  end
where id = $1 and deleted_at is null and ($2::bigint[] is null or generation = any ($2))
returning id
