import { parseArgs } from 'node:util';
import { openBenchDatabase } from '../bench/bench-database.ts';
import { runStreams } from './streams/run-streams.ts';

/**
 * `npm run test:streams [-- --seconds N] [--seed S] [--clients N] [--rate N]`: streams under random cuts while presenters
 * are killed, stopped and started again; exit 0 only where no client missed a row or had one twice or out of order.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '50' },
    rate: { type: 'string', default: '200' },
  },
});
const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`);
const database = await openBenchDatabase();
try {
  const report = await runStreams({
    databaseUrl: await database.fresh(),
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    clients: Number(values.clients),
    eventsPerSecond: Number(values.rate),
    ends: true,
    retention: Number(values.seconds) >= 150,
    say,
  });
  process.stdout.write(`${JSON.stringify({ seed: Number(values.seed), ...report })}\n`);
  process.exitCode = report.wrong.length === 0 ? 0 : 1;
} finally {
  await database.close();
}
