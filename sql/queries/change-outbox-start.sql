-- Which tables lack a trigger that works, and whether the copy of exactly these tables is complete.
--
-- $1 reader · $2, $3 schemas and names of the followed tables
select
  array(
    select format('%I.%I', wanted.schema, wanted.name)
    from unnest($2::text[], $3::text[]) as wanted (schema, name)
    where (
      select count(*)
      from pg_trigger t
      join pg_class c on c.oid = t.tgrelid
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = wanted.schema and c.relname = wanted.name
        and t.tgname in ('kubemirror_record_change', 'kubemirror_record_truncate')
        and t.tgenabled in ('O', 'A')
    ) < 2
  ) as without_trigger,
  exists (
    select from change_outbox_readers r
    where r.name = $1
      and r.tables @> array(
        select format('%I.%I', wanted.schema, wanted.name)
        from unnest($2::text[], $3::text[]) as wanted (schema, name)
      )
  ) as copied,
  (select system_identifier::text from pg_control_system()) as system_id,
  pg_total_relation_size('change_outbox')::float8 as retained_bytes
