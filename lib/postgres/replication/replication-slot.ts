import { quoteIdentifier, quoteLiteral } from './quote-identifier.ts';
import type { ReplicationConnection } from './replication-connection.ts';

/** `lost`: the server has thrown away log that the slot needs; it can only be dropped. */
export type SlotState = 'absent' | 'usable' | 'lost';

export async function slotState(connection: ReplicationConnection, slot: string): Promise<SlotState> {
  const [row] = await connection.query<{ wal_status: string | null; usable: boolean }>(`
    select wal_status, plugin = 'pgoutput' and database = current_database() as usable
    from pg_replication_slots where slot_name = ${quoteLiteral(slot)}`);
  if (row === undefined) return 'absent';
  if (!row.usable) {
    throw Object.assign(
      new Error(`Cannot use slot "${slot}": it belongs to another plugin or database, expected another name`),
      { code: '0A000' },
    );
  }
  return row.wal_status === 'lost' ? 'lost' : 'usable';
}

export async function dropSlot(connection: ReplicationConnection, slot: string): Promise<void> {
  await connection.query(`select pg_drop_replication_slot(${quoteLiteral(slot)})`);
}

export type ExportedSlot = {
  readonly temporarySlot: string;
  /** The stream begins here: everything committed before is in the snapshot, nothing after. */
  readonly consistentPoint: string;
  /** To be imported before the next command on this connection. */
  readonly snapshot: string;
};

/**
 * Creates a slot that dies with the connection, and exports the snapshot of its very beginning. Only when all
 * rows of that snapshot are delivered does `keepSlot` make a lasting slot of it: a copy that breaks off leaves
 * nothing behind, and the lasting slot's existence alone says that its copy was complete. A marker elsewhere
 * would be a second truth beside the slot.
 */
export async function createExportedSlot(
  connection: ReplicationConnection,
  slot: string,
): Promise<ExportedSlot> {
  const [session] = await connection.query<{ pid: number }>('select pg_backend_pid() as pid');
  // A name of its own, because a dead session's temporary slot may live on for a while.
  const temporarySlot = `${slot.slice(0, 45)}_copy_${session?.pid ?? 0}`;
  const [created] = await connection.query<{ consistent_point: string; snapshot_name: string }>(
    `CREATE_REPLICATION_SLOT ${quoteIdentifier(temporarySlot)} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'export')`,
  );
  if (created === undefined) throw new Error('Cannot create a slot: the server answered nothing');
  return { temporarySlot, consistentPoint: created.consistent_point, snapshot: created.snapshot_name };
}

/** Makes the lasting slot at the temporary one's position and drops that one. */
export async function keepSlot(
  connection: ReplicationConnection,
  temporarySlot: string,
  slot: string,
): Promise<void> {
  await connection.query(
    `select pg_copy_logical_replication_slot(${quoteLiteral(temporarySlot)}, ${quoteLiteral(slot)}, false)`,
  );
  await dropSlot(connection, temporarySlot);
}
