import pg from 'pg';
import type { ChangeSource } from './change-source.ts';
import { removeOutboxTriggers } from './outbox-triggers.ts';

export type ChangeSourceChoice = {
  readonly kind: ChangeSource['kind'];
  /** Why it is this one, for the log. */
  readonly reason: string;
};

type Server = { wal_level: string; may_replicate: boolean; slots: number };

/**
 * Decides how changes are read. With `auto` that is a slot wherever the server and the role allow one, because
 * the outbox costs every writer a second row. Where a slot is used, what an earlier poller left is removed.
 */
export async function chooseChangeSource(
  connection: pg.ClientConfig,
  wanted: 'auto' | ChangeSource['kind'],
): Promise<ChangeSourceChoice> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const choice = await choose(client, wanted);
    if (choice.kind === 'logical') await removeOutboxTriggers(client);
    return choice;
  } finally {
    await client.end();
  }
}

async function choose(client: pg.Client, wanted: 'auto' | ChangeSource['kind']): Promise<ChangeSourceChoice> {
  if (wanted !== 'auto') return { kind: wanted, reason: 'CHANGE_SOURCE says so' };
  const { rows } = await client.query<Server>(`
    select current_setting('wal_level') as wal_level,
      current_setting('max_replication_slots')::int as slots,
      r.rolreplication or r.rolsuper as may_replicate
    from pg_roles r where r.rolname = current_user`);
  const server = rows[0];
  if (server === undefined) return { kind: 'outbox', reason: 'the role cannot be found' };
  if (server.wal_level !== 'logical') {
    return { kind: 'outbox', reason: `wal_level is "${server.wal_level}", not "logical"` };
  }
  if (!server.may_replicate) return { kind: 'outbox', reason: 'the role has no REPLICATION attribute' };
  if (server.slots < 2) return { kind: 'outbox', reason: 'max_replication_slots is below 2' };
  return { kind: 'logical', reason: 'wal_level is "logical" and the role may replicate' };
}
