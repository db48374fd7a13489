-- The transaction that deletes is younger than each whose changes could have been read before; see OutboxFloor.
--
-- $1 numbers of changes that were delivered
with forgotten as (
  delete from change_outbox where seq = any ($1::bigint[])
)
select pg_current_xact_id()::text as transaction_id
