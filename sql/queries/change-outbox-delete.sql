-- $1 numbers of changes that were delivered
delete from change_outbox where seq = any ($1::bigint[])
