-- Message $1 is stored by now.
update quarantined_events set replayed_at = now() where id = $1
