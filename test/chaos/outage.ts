import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { freePortBase } from '../support/free-port-base.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chaosCluster } from './chaos-cluster.ts';
import { runDatabaseOutage } from './outages/database-outage.ts';
import { runWatcherOutage } from './outages/watcher-outage.ts';

/**
 * `npm run test:outage -- watchers [--objects N] [--deleted N] [--leases] [--compact]` and
 * `npm run test:outage -- database [--seconds N] [--rate N]`: one long fault at a size that is told, exit 0 only where
 * what the last line says is within its bounds.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    objects: { type: 'string', default: '2000' },
    deleted: { type: 'string', default: '1000' },
    leases: { type: 'boolean', default: false },
    compact: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '120' },
    rate: { type: 'string', default: '200' },
  },
});
const [outage] = positionals;
if (positionals.length !== 1 || (outage !== 'watchers' && outage !== 'database')) {
  process.stderr.write('Usage: npm run test:outage -- watchers|database [options]\n');
  process.exit(2);
}

const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`);
const folder = temporaryFolder('outage');
const cluster = await chaosCluster(folder, process.env);
try {
  const around = { cluster, folder, portBase: await freePortBase(), say };
  const { isWithinBounds, ...report } =
    outage === 'watchers'
      ? await runWatcherOutage({
          ...around,
          objects: Number(values.objects),
          deleted: Number(values.deleted),
          leases: values.leases,
          compact: values.compact,
        })
      : await runDatabaseOutage({ ...around, seconds: Number(values.seconds), rate: Number(values.rate) });
  process.stdout.write(`${JSON.stringify({ outage, ...report })}\n`);
  process.exitCode = isWithinBounds ? 0 : 1;
} finally {
  await cluster.stop();
  if (process.exitCode === 0) rmSync(folder, { recursive: true, force: true });
}
