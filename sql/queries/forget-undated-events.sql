-- Unstages what of batch $1 carries no time of its own and is stored already, or staged twice. Such an event lies
-- where its first observation put it, so it has to be looked for in all partitions; that is a statement of its own, because
-- preparing to look costs every batch that has none.
with forgotten as (
  delete from stage_events s
  where
    s.batch = $1
    and not s.dated
    and (
      exists (
        select from events e
        where e.uid = s.uid and e.resource_version_text = s.resource_version_text and e.cluster_name = s.cluster_name
      )
      or exists (
        select from stage_events d
        where
          d.batch = $1
          and d.ordinal < s.ordinal
          and d.uid = s.uid
          and d.resource_version_text = s.resource_version_text
          and d.cluster_name = s.cluster_name
      )
    )
  returning 1
)
select count(*) as forgotten from forgotten
