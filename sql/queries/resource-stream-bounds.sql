-- Where the stream of resources ends now, and up to where rows may be missing for good.
select
  greatest(
    (select max(h.position) from resource_history h),
    (select s.position from stream_horizons s where s.stream = 'resources'),
    0
  )::text as head,
  coalesce((select s.position from stream_horizons s where s.stream = 'resources'), 0)::text as horizon
