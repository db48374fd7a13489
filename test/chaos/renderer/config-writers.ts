import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { workUntil } from '../run-chaos.ts';
import { pickOne, seededRandom } from '../seeded-random.ts';
import { configNames, createSqlEdits, type Written } from './sql-edits.ts';

/** What all writers together did. */
export type ConfigWriters = {
  /** Resolves when all have ended, after the signal. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Highest generation by id whose commit was confirmed: it must not be forgotten. */
  readonly confirmed: ReadonlyMap<string, number>;
  readonly counts: () => Record<string, number>;
};

const sqlWriters = 3;
const answerTimeoutMs = 5_000;

/**
 * Writers by SQL, with transactions of one or several edits of which some roll back, and one by the REST API. What
 * fails (a taken name, a deadlock, a lost connection) is just another outcome.
 */
export function createConfigWriters(options: {
  readonly databaseUrl: string;
  readonly apiUrl: string;
  readonly token: string;
  readonly seed: number;
  /** Transactions and requests per second of all writers together. */
  readonly rate: number;
}): ConfigWriters {
  const confirmed = new Map<string, number>();
  const outcomes: Record<string, number> = {};
  const count = (outcome: string) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  const confirm = (written: readonly Written[]) => {
    for (const { id, generation } of written) {
      confirmed.set(id, Math.max(generation, confirmed.get(id) ?? 0));
    }
  };
  const rate = options.rate / (sqlWriters + 1);
  const writers = Array.from({ length: sqlWriters }, (_, index) => {
    const random = seededRandom(options.seed + index);
    return { random, edits: createSqlEdits(random) };
  });

  const runSql = async (writer: (typeof writers)[number], signal: AbortSignal): Promise<void> => {
    let client: pg.Client | undefined;
    const step = async (): Promise<void> => {
      try {
        client ??= await connect(options.databaseUrl);
        confirm(await transaction(client, writer));
        count('sql');
      } catch (error) {
        count(`sql ${String((error as { code?: string }).code ?? 'cut')}`);
        // In whatever state it is.
        const broken = client;
        client = undefined;
        await broken?.end().catch(() => {});
        await delay(100);
      }
    };
    await workUntil(signal, step, rate);
    await client?.end().catch(() => {});
  };

  const runRest = async (signal: AbortSignal): Promise<void> => {
    const random = seededRandom(options.seed + sqlWriters);
    const request = restRequests(options);
    const step = async (): Promise<void> => {
      try {
        const { status, written } = await restStep(request, random);
        confirm(written);
        count(`rest ${status}`);
      } catch (error) {
        count(`rest ${error instanceof Error ? error.name : 'failed'}`);
        await delay(100);
      }
    };
    await workUntil(signal, step, rate);
  };

  return {
    confirmed,
    run: async (signal) => {
      await Promise.all([...writers.map((writer) => runSql(writer, signal)), runRest(signal)]);
    },
    counts: () => {
      const all = { ...outcomes };
      for (const { edits } of writers) {
        for (const [kind, times] of Object.entries(edits.counts)) all[kind] = (all[kind] ?? 0) + times;
      }
      return all;
    },
  };
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
  });
  // A break shows in the query that runs or comes next.
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function transaction(
  client: pg.Client,
  writer: { readonly random: () => number; readonly edits: ReturnType<typeof createSqlEdits> },
): Promise<Written[]> {
  const { random, edits } = writer;
  const written: Written[] = [];
  await client.query('begin');
  const steps = random() < 0.7 ? 1 : 1 + Math.floor(random() * 5);
  for (let step = 0; step < steps; step += 1) written.push(...(await edits.edit(client)));
  if (random() < 0.05) {
    await client.query('rollback');
    return [];
  }
  await client.query('commit');
  return written;
}

type RestRequest = (
  method: string,
  path: string,
  options?: { readonly body?: object; readonly ifMatch?: number },
) => Promise<{ readonly status: number; readonly body: unknown }>;

function restRequests(options: { readonly apiUrl: string; readonly token: string }): RestRequest {
  return async (method, path, { body, ifMatch } = {}) => {
    const answer = await fetch(`${options.apiUrl}/appconfigs${path}`, {
      method,
      headers: {
        authorization: `Bearer ${options.token}`,
        'content-type': 'application/json',
        ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    return { status: answer.status, body: await answer.json() };
  };
}

/** One edit by REST; the answer of a confirmed one holds the row. */
async function restStep(
  request: RestRequest,
  random: () => number,
): Promise<{ readonly status: number; readonly written: readonly Written[] }> {
  const name = pickOne(random, configNames);
  const found = await request('GET', `?name=${name}`);
  const [row] = (found.status === 200 ? found.body : []) as Written[];
  const choice = random();
  if (row === undefined) {
    const body = { name, repository_url: 'https://example.org/r', branch: 'main', environment: 'dev' };
    return confirmedBy(await request('POST', '', { body }));
  }
  if (choice < 0.15) {
    const { status } = await request('DELETE', `/${row.id}`, { ifMatch: row.generation });
    return { status, written: [] };
  }
  const body =
    choice < 0.3 ? { name: pickOne(random, configNames) } : { branch: `r-${Math.floor(random() * 1e6)}` };
  return confirmedBy(await request('PUT', `/${row.id}`, { body, ifMatch: row.generation }));
}

function confirmedBy(answer: { readonly status: number; readonly body: unknown }) {
  return { status: answer.status, written: answer.status === 200 ? [answer.body as Written] : [] };
}
