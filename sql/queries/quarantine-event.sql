-- Keeps a message that can never be stored. One that comes again, because a broker delivers at least once,
-- is counted on the same row.
insert into quarantined_events (function_name, reason, ce_id, ce_source, ce_type, attributes, body)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (function_name, ce_source, ce_id, ce_type) where replayed_at is null
do update set deliveries = quarantined_events.deliveries + 1, reason = excluded.reason
