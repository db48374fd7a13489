-- Changes of transactions that are older than each that still runs, in the order of seq. That order is the commits'
-- for each row, as seq is taken while it is locked; but not for all: a smaller seq may show up later, so the caller
-- names what it has already, and asks from a number on below which nothing can come any more. One row of nulls where
-- there is none.
--
-- $1 seq below which all was read · $2 those above it that were read · $3, $4 schemas and names of the followed
-- tables · $5 most rows
select
  horizon.oldest_running::text as oldest_running,
  c.*
from (select pg_snapshot_xmin(pg_current_snapshot()) as oldest_running) as horizon
left join lateral (
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
    and o.seq <> all ($2::bigint[])
    and o.transaction_id < horizon.oldest_running
    and (o.table_schema, o.table_name) in (select * from unnest($3::text[], $4::text[]))
  order by o.seq
  limit $5
) as c on true
order by c.seq
