import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { ChaosMachine } from '../chaos-machine.ts';
import type { Fault } from '../faults.ts';

/** Settings of a server that throws away log early, so that a slot can be lost in moments. */
export const smallLog: Readonly<Record<string, string>> = {
  max_slot_wal_keep_size: '32MB',
  wal_keep_size: '0',
  // Longer than a fault keeps the source from answering.
  wal_sender_timeout: '60s',
};

/** Switches to the next log file often enough to leave `max_slot_wal_keep_size` behind. */
const switches = 6;

/** What can happen to slot and publication. */
export function sourceFaults(machine: ChaosMachine, sources: readonly string[]): Fault[] {
  const run = (statements: readonly string[]) => runAsSuperuser(machine.databaseUrl, statements);
  return [
    {
      name: 'drop the slot',
      weight: 2,
      strike: () =>
        run([
          'select pg_terminate_backend(active_pid) from pg_replication_slots where active_pid is not null',
          // A reader may be back before it is dropped; then it was a lost connection only.
          'select pg_drop_replication_slot(slot_name) from pg_replication_slots where active_pid is null and not temporary',
        ]),
    },
    {
      name: 'lose the slot to its limit',
      weight: 2,
      strike: async () => {
        for (const name of sources) machine.processes.get(name)?.kill('SIGSTOP');
        const write = Array.from({ length: switches }, () => [
          'create table if not exists filling (n int)',
          'insert into filling values (1)',
          'select pg_switch_wal()',
        ]).flat();
        await run([...write, 'checkpoint']);
        await delay(200);
        for (const name of sources) machine.processes.get(name)?.kill('SIGCONT');
      },
    },
    {
      name: 'drop the publication',
      weight: 1,
      strike: () => run(['drop publication if exists kubemirror_changes']),
    },
    {
      name: 'cut all connections to PostgreSQL',
      weight: 2,
      strike: () =>
        run(['select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()']),
    },
  ];
}

/** Every statement for itself; one that fails, because the server is just away or the slot in use, was no fault. */
async function runAsSuperuser(databaseUrl: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    for (const statement of statements) await client.query(statement).catch(() => {});
  } catch {
    return;
  } finally {
    await client.end().catch(() => {});
  }
}
