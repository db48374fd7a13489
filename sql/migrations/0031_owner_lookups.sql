-- Up Migration
-- Looks up what an object owns without reading the index's list of pending entries first: up to 4 MB, 10 ms for each
-- look-up, of which a merge makes one for each object whose composition became known, and a tree hundreds. Putting
-- entries in at once costs some 10 µs for each new object that has an owner. Locks `resources` for as long as it takes
-- to put in what is pending.
alter index resources_owner_uids set (fastupdate = off);
select gin_clean_pending_list('resources_owner_uids');

-- Down Migration
alter index resources_owner_uids set (fastupdate = on);
