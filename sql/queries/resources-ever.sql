-- No statement of its own: all objects, live or deleted, which have an index each. Set in where a query is about both.
(
  select l.* from resources l where l.deleted_at is null
  union all
  select g.* from resources g where g.deleted_at is not null
) r
