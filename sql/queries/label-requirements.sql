-- No statement of its own: that the labels of an object (r) fulfil all requirements of a label selector, set in at a
-- query's marker.
not exists (
  select 1
  from jsonb_to_recordset(/* list */ null) as q (key text, operator text, "values" text[])
  where not case q.operator
    when 'in' then coalesce(r.labels ->> q.key = any (q."values"), false)
    when 'notin' then coalesce(r.labels ->> q.key <> all (q."values"), true)
    when 'exists' then r.labels ? q.key
    when 'absent' then not r.labels ? q.key
    -- Label values that are no 64 bit integers match no order.
    when 'gt' then case
      when r.labels ->> q.key ~ '^[+-]?[0-9]{1,19}$'
        then (r.labels ->> q.key)::numeric > q."values"[1]::numeric
          and (r.labels ->> q.key)::numeric between -9223372036854775808 and 9223372036854775807
      else false
    end
    when 'lt' then case
      when r.labels ->> q.key ~ '^[+-]?[0-9]{1,19}$'
        then (r.labels ->> q.key)::numeric < q."values"[1]::numeric
          and (r.labels ->> q.key)::numeric between -9223372036854775808 and 9223372036854775807
      else false
    end
    else false
  end
)
