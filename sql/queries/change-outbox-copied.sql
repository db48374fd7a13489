-- The copy is complete: what its snapshot shows of the outbox is part of it. Runs in the copy's transaction.
--
-- $1 reader · $2, $3 schemas and names of the followed tables
with contained as (
  delete from change_outbox o
  where (o.table_schema, o.table_name) in (select * from unnest($2::text[], $3::text[]))
)
insert into change_outbox_readers (name, tables, copied_at)
values (
  $1,
  array(
    select format('%I.%I', wanted.schema, wanted.name)
    from unnest($2::text[], $3::text[]) as wanted (schema, name)
  ),
  now()
)
on conflict (name) do update set tables = excluded.tables, copied_at = excluded.copied_at
