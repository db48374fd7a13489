import pg from 'pg';
import type { ChangeSource } from './change-source.ts';
import { removeOutboxTriggers } from './outbox-triggers.ts';

export type ChangeSourceChoice = {
  readonly kind: ChangeSource['kind'];
  /** Why it is this one, for the log. */
  readonly reason: string;
  /** The database cluster's own identifier. */
  readonly systemId: string;
};

type Server = { wal_level: string; may_replicate: boolean; slots: number; system_id: string };

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
  const { rows } = await client.query<Server>(`
    select current_setting('wal_level') as wal_level,
      current_setting('max_replication_slots')::int as slots,
      r.rolreplication or r.rolsuper as may_replicate,
      (select system_identifier::text from pg_control_system()) as system_id
    from pg_roles r where r.rolname = current_user`);
  const server = rows[0];
  if (server === undefined) throw new Error('Cannot choose how to read changes: the role is not in pg_roles');
  const systemId = server.system_id;
  if (wanted !== 'auto') return { kind: wanted, reason: 'CHANGE_SOURCE says so', systemId };
  const obstacle = obstacleToSlot(server);
  if (obstacle !== undefined) return { kind: 'outbox', reason: obstacle, systemId };
  return { kind: 'logical', reason: 'wal_level is "logical" and the role may replicate', systemId };
}

function obstacleToSlot(server: Server): string | undefined {
  if (server.wal_level !== 'logical') return `wal_level is "${server.wal_level}", not "logical"`;
  if (!server.may_replicate) return 'the role has no REPLICATION attribute';
  // One lasting slot, and one for the time of a copy.
  if (server.slots < 2) return 'max_replication_slots is below 2';
  return undefined;
}
