import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Measures } from '../benchmark.ts';
import type { CdcContext } from './cdc-context.ts';
import { cpuSeconds, peakRssMb, startCountingSink, startSource } from './start-source.ts';

const tables = 'public.bench_rows=org.example.row.changed';

/** Lets a source read a backlog of so many transactions, written while it was away, into a sink that accepts at once. */
export async function runSource(
  context: CdcContext,
  backlog: { readonly transactions: number; readonly rowsEach: number },
): Promise<Measures> {
  const databaseUrl = await context.database.fresh();
  await context.database.query(
    databaseUrl,
    'create table bench_rows (id bigint primary key, payload text); alter table bench_rows replica identity full',
  );
  const sink = await startCountingSink();
  const options = { databaseUrl, sinkUrl: sink.url, tables };
  // Makes the slot, from which the backlog is read.
  await (await startSource(context, options)).stop();
  await write(databaseUrl, context.settings.row_bytes, backlog);
  await sink.forget();

  const source = await startSource(context, options);
  const cpuBefore = cpuSeconds(source.pid);
  const total = backlog.transactions * backlog.rowsEach;
  let counts = await sink.counts();
  while (counts.arrivals < total) {
    await delay(100);
    counts = await sink.counts();
  }
  const measures = {
    events_per_s: total / counts.seconds,
    cpu_us_per_event: ((cpuSeconds(source.pid) - cpuBefore) * 1e6) / total,
    peak_rss_mb: peakRssMb(source.pid),
  };
  await source.stop();
  await sink.stop();
  return measures;
}

async function write(
  databaseUrl: string,
  rowBytes: number,
  backlog: { readonly transactions: number; readonly rowsEach: number },
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('set synchronous_commit = off');
  for (let index = 0; index < backlog.transactions; index += 1) {
    await client.query(
      "insert into bench_rows select n, repeat('x', $3) from generate_series($1::bigint, $2::bigint) as n",
      [index * backlog.rowsEach + 1, (index + 1) * backlog.rowsEach, rowBytes],
    );
  }
  await client.end();
}
