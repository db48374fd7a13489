-- Up to $2 uids of objects that have one of some sets of labels, each within a kind. Whether the user may see them is
-- for the query that they go into.
--
-- $1 jsonb list of terms such as {"apps/deployments": {"app": "cart"}}, see the index resources_kind_labels
select found.uid
from jsonb_array_elements($1::jsonb) as t (term)
cross join lateral (
  select c.uid
  from resources c
  where c.labels <> '{}'
    and jsonb_set('{}', array[c.api_group || '/' || c.resource], c.labels) @> t.term
  limit $2
) found
limit $2
