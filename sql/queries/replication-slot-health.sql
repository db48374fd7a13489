-- $1 slot, $2 publication, $3 and $4 schemas and names of the tables that are followed.
select
  s.wal_status,
  (pg_current_wal_lsn() - s.restart_lsn)::float8 as retained_bytes,
  (pg_current_wal_lsn() - s.confirmed_flush_lsn)::float8 as unconfirmed_bytes,
  s.safe_wal_size::float8 as safe_bytes,
  not exists (
    select from unnest($3::text[], $4::text[]) as wanted (schema, name)
    where not exists (
      select from pg_publication_tables p
      where p.pubname = $2 and p.schemaname = wanted.schema and p.tablename = wanted.name
    )
  ) as all_published
from pg_replication_slots s
where s.slot_name = $1
