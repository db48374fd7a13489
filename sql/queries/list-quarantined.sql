-- Quarantined messages that were not replayed, oldest first: of function $1 (null for all), after id $2, up to $3.
select id, quarantined_at, function_name, reason, ce_id, ce_source, ce_type, deliveries, attributes, body
from quarantined_events
where replayed_at is null and ($1::text is null or function_name = $1) and id > $2
order by id
limit $3
