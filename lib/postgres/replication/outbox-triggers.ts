import type pg from 'pg';

/**
 * Makes tables write their changes into the outbox. Creating a trigger waits for all who write the table, so
 * no change that commits later goes unrecorded; the caller then copies what was there before.
 * @param tables quoted `schema.name`, as the server's format('%I.%I') writes them
 */
export async function createOutboxTriggers(client: pg.Client, tables: readonly string[]): Promise<void> {
  await client.query('begin');
  try {
    // Without this a crash before the copy would leave an older copy's mark standing.
    await client.query('delete from change_outbox_readers');
    for (const table of tables) {
      await client.query(
        `create or replace trigger kubemirror_record_change after insert or update or delete on ${table} for each row execute function record_change()`,
      );
      await client.query(
        `create or replace trigger kubemirror_record_truncate after truncate on ${table} for each statement execute function record_change()`,
      );
      await client.query(`alter table ${table} enable trigger kubemirror_record_change`);
      await client.query(`alter table ${table} enable trigger kubemirror_record_truncate`);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/**
 * Ends the recording, for when a slot reads the changes: nobody would empty the outbox. A poller that comes back
 * later starts with a copy.
 * @returns how many triggers there were
 */
export async function removeOutboxTriggers(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ present: boolean }>(
    "select to_regclass('change_outbox') is not null as present",
  );
  if (rows[0]?.present !== true) return 0;
  const { rows: triggers } = await client.query<{ name: string; table: string }>(`
    select quote_ident(t.tgname) as name, format('%I.%I', n.nspname, c.relname) as table
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace
    where t.tgname in ('kubemirror_record_change', 'kubemirror_record_truncate')`);
  if (triggers.length === 0) return 0;
  await client.query('begin');
  try {
    await client.query('delete from change_outbox_readers');
    for (const { name, table } of triggers) await client.query(`drop trigger ${name} on ${table}`);
    await client.query('delete from change_outbox');
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
  return triggers.length;
}
