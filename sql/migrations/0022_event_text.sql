-- Up Migration
-- Text search over Kubernetes events. The index locks `events` against writing while it is built.

-- Words of reason and message, for words and beginnings of words: the parser would take paths, host names and
-- hyphenated words for one word each, and then find no part of them.
create function event_words(reason text, message text) returns tsvector
  language sql immutable parallel safe
  return to_tsvector(
    'simple',
    translate(coalesce(reason, '') || ' ' || coalesce(message, ''), '-_./:@#=,;"''()[]{}<>|\+*&%$!?~^', '                               ')
  );

create index events_words on events using gin (event_words(reason, message));

-- Down Migration
drop index events_words;
drop function event_words;
