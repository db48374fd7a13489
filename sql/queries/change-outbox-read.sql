-- Changes in the order of seq that no running transaction can still get in front of.
--
-- $1 last seq that was read · $2, $3 schemas and names of the followed tables · $4 most rows
select
  o.seq::float8 as seq,
  o.transaction_id::text as transaction_id,
  o.table_schema,
  o.table_name,
  o.operation,
  o.row_data::text as row_data,
  o.previous_data::text as previous_data,
  o.changed_at
from change_outbox o
where o.seq > $1
  and o.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
  and (o.table_schema, o.table_name) in (select * from unnest($2::text[], $3::text[]))
order by o.seq
limit $4
