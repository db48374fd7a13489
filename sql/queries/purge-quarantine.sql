-- Removes quarantined messages from before $1.
delete from quarantined_events where quarantined_at < $1
