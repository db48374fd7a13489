import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/**
 * Reads committed rows as a stream's reader does, woken by NOTIFY, and prints how old their changes were by then.
 */
const warmUpMs = Number(process.env['BENCH_WARM_UP_SECONDS']) * 1_000;
const measureMs = Number(process.env['BENCH_SECONDS']) * 1_000;

const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
await client.connect();
let wake = () => {};
client.on('notification', () => wake());
await client.query('listen kubemirror_resources');

const latenciesMs: number[] = [];
let position = '0';
let measureFromMs = Number.POSITIVE_INFINITY;
let endMs = Number.POSITIVE_INFINITY;
while (performance.now() < endMs) {
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const { rows } = await client.query<{ position: string; changed: string | null }>({
    name: 'read',
    text: `select position, raw ->> 'changedAtMicros' as changed from resource_history
           where position > $1 order by position limit 1000`,
    values: [position],
  });
  const nowMs = performance.now();
  for (const row of rows) {
    position = row.position;
    if (row.changed === null) continue;
    if (measureFromMs === Number.POSITIVE_INFINITY) {
      measureFromMs = nowMs + warmUpMs;
      endMs = measureFromMs + measureMs;
    }
    if (nowMs >= measureFromMs)
      latenciesMs.push(performance.timeOrigin + nowMs - Number(row.changed) / 1_000);
  }
  // Changes come every few milliseconds; a second without any means that something is broken.
  if (rows.length === 0) await Promise.race([woken, delay(1_000)]);
}
await client.end();

latenciesMs.sort((a, b) => a - b);
const quantile = (q: number) => latenciesMs[Math.floor(q * (latenciesMs.length - 1))];
process.stdout.write(
  `${JSON.stringify({
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
    max_ms: quantile(1),
    changes_per_s: latenciesMs.length / (measureMs / 1_000),
  })}\n`,
);
