/**
 * Advisory locks of the streams (sql/README.md): held from before the first read of a merge until commit. Where
 * both are needed, resources come first.
 */
export const lockResources = 'select pg_advisory_xact_lock(20316, 1)';
export const lockEvents = 'select pg_advisory_xact_lock(20316, 2)';
