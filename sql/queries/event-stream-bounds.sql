-- Where the stream of events ends now, and up to where rows may be missing for good.
select
  greatest((select max(e.position) from events e), (select h.position from stream_horizons h where h.stream = 'events'), 0)::text
    as head,
  coalesce((select h.position from stream_horizons h where h.stream = 'events'), 0)::text as horizon
