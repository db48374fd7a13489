-- $1 name · $2 repository_url · $3 branch · $4 environment · $5 user
insert into app_configs (name, repository_url, branch, environment, changed_by)
values ($1, $2, $3, $4, $5)
returning id
