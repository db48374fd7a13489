-- No statement of its own: the first live objects of one kind in the order of a page, at most ten for each that is
-- wanted. Set in where a query reads all objects otherwise.
--
-- $1 to $17 as in visible-resources.sql · $18 limit
(
  select r.*
  from resources r
  where r.deleted_at is null
    and r.api_group = $2
    and r.resource = $4
    and r.cluster_name = $7
    and ($8::text is null or r.namespace = $8)
    and (
      $1::jsonb -> 'within' is null
      or r.namespace = any (array(select w.namespace from jsonb_array_elements_text($1::jsonb -> 'within') as w (namespace)))
    )
    and /* after */ true
  order by /* order */
  limit greatest(500, 10 * $18::bigint)
) r
