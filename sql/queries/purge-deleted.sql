-- Removes up to $2 rows whose deletion was seen before $1, oldest first. Runs under the stream's lock, so that no
-- merge has just read a tombstone that is about to go.
delete from resources
where (uid, cluster_name) in (
  select uid, cluster_name from resources where deleted_at < $1 order by deleted_at limit $2
)
