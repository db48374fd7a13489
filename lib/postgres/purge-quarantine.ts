import type pg from 'pg';
import { loadSql } from './load-sql.ts';

const text = loadSql('purge-quarantine');

/** Removes quarantined messages from before `before`, replayed or not; returns how many. */
export async function purgeQuarantine(client: pg.ClientBase, before: Date): Promise<number> {
  return (await client.query(text, [before])).rowCount ?? 0;
}
