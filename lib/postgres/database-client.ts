import type pg from 'pg';

/** One connection, as those outside of this folder may hold it. */
export type DatabaseClient = pg.ClientBase;
