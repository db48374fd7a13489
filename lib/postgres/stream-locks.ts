/**
 * Advisory locks of the streams (sql/README.md): held from before the first read of a merge until commit. Where
 * both are needed, resources come first.
 */
export const lockResources = 'select pg_advisory_xact_lock(20316, 1)';
export const lockEvents = 'select pg_advisory_xact_lock(20316, 2)';
/** The stream of rendering outcomes; never together with the others. */
export const lockAppConfigs = 'select pg_advisory_xact_lock(20316, 3)';
