import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { pickOne, pickWeighted } from '../seeded-random.ts';

/** A row's identity after a change. */
export type Written = { readonly id: string; readonly generation: number };

type Query = (text: string, values: readonly unknown[]) => Promise<Written[]>;

/** Names that rows, and others who meddle, use: few, so that they meet all the time. */
export const configNames: readonly string[] = Array.from({ length: 40 }, (_, index) => `chaos-${index}`);

const returning = 'returning id, generation::int as generation';

/** Random edits of AppConfigs inside one transaction of the client; rows that are not there change nothing. */
export function createSqlEdits(random: () => number): {
  readonly edit: (client: pg.Client) => Promise<Written[]>;
  readonly counts: Readonly<Record<string, number>>;
} {
  const counts: Record<string, number> = {};
  let serial = 0;
  const name = () => pickOne(random, configNames);
  const value = () => {
    serial += 1;
    return `b-${serial}-${Math.floor(random() * 1e6)}`;
  };

  const insert = (query: Query, wanted: string, id: string = randomUUID()) =>
    query(
      `insert into app_configs (id, name, repository_url, branch, environment)
       values ($1, $2, 'https://example.org/' || $2, $3, 'dev')
       on conflict (name) where deleted_at is null do nothing ${returning}`,
      [id, wanted, value()],
    );
  const set = (query: Query, wanted: string, branch: string) =>
    query(`update app_configs set branch = $2 where name = $1 and deleted_at is null ${returning}`, [
      wanted,
      branch,
    ]);
  const rename = (query: Query, from: string, to: string) =>
    query(`update app_configs set name = $2 where name = $1 and deleted_at is null ${returning}`, [from, to]);
  const remove = (query: Query, wanted: string) =>
    query(`delete from app_configs where name = $1 and deleted_at is null ${returning}`, [wanted]);

  const edits: Record<string, (query: Query) => Promise<Written[]>> = {
    insert: (query) => insert(query, name()),
    update: (query) => set(query, name(), value()),
    // Git takes no such branch, which SQL does not know.
    'break a rule': (query) => set(query, name(), `${value()}..`),
    rename: (query) => rename(query, name(), name()),
    'swap names': async (query) => {
      const [one, other, free] = [name(), name(), `swap-${Math.floor(random() * 1e6)}`];
      await rename(query, one, free);
      const moved = await rename(query, other, one);
      return [...moved, ...(await rename(query, free, other))];
    },
    'delete softly': (query) =>
      query(`update app_configs set deleted_at = now() where name = $1 and deleted_at is null ${returning}`, [
        name(),
      ]),
    delete: async (query) => {
      await remove(query, name());
      return [];
    },
    // Before the renderer has confirmed anything.
    'delete what is deleted softly': async (query) => {
      await query('delete from app_configs where name = $1 and deleted_at is not null', [name()]);
      return [];
    },
    revive: (query) =>
      query(
        `update app_configs set deleted_at = null where id = (
           select id from app_configs where name = $1 and deleted_at is not null limit 1
         ) ${returning}`,
        [name()],
      ),
    recreate: async (query) => {
      const wanted = name();
      await remove(query, wanted);
      return insert(query, wanted);
    },
    'recreate with its id': async (query) => {
      const [gone] = await remove(query, name());
      return gone === undefined ? [] : insert(query, name(), gone.id);
    },
    'many at once': (query) =>
      query(
        `update app_configs set branch = $1 where deleted_at is null and hashtext(name) % 3 = $2 ${returning}`,
        [value(), Math.floor(random() * 3)],
      ),
    'ask for a rendering': (query) =>
      query(
        `update app_configs set render_requested_at = clock_timestamp()
         where name = $1 and deleted_at is null ${returning}`,
        [name()],
      ),
  };
  const weights: Record<string, number> = {
    insert: 30,
    update: 30,
    'break a rule': 8,
    rename: 10,
    'swap names': 4,
    'delete softly': 8,
    delete: 6,
    'delete what is deleted softly': 2,
    revive: 3,
    recreate: 5,
    'recreate with its id': 4,
    'many at once': 2,
    'ask for a rendering': 2,
  };
  const choices = Object.entries(weights).map(([kind, weight]) => ({ value: kind, weight }));

  return {
    counts,
    edit: async (client) => {
      const kind = pickWeighted(random, choices);
      counts[kind] = (counts[kind] ?? 0) + 1;
      const query: Query = async (text, values) => (await client.query<Written>(text, [...values])).rows;
      return (await edits[kind]?.(query)) ?? [];
    },
  };
}
