import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { freePortBase } from '../support/free-port-base.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { parseChaosArguments } from './chaos-arguments.ts';
import { chaosCluster } from './chaos-cluster.ts';
import { isConverged, runChaos } from './run-chaos.ts';

/** `npm run test:chaos -- [--faults N] [--seed S] [--broker PROFILE] [--rate N]`: exit 0 only where all is equal. */
const options = parseChaosArguments(process.argv.slice(2), () => randomInt(1_000_000));
const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`);
const folder = temporaryFolder('chaos');
say(`seed ${options.seed}, ${options.faults} faults, broker ${options.broker}, logs in ${folder}/logs`);

const cluster = await chaosCluster(folder, process.env);
try {
  const portBase = await freePortBase();
  const report = await runChaos({ ...options, cluster, folder, portBase, say });
  for (const example of report.examples) say(example);
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = isConverged(report) ? 0 : 1;
} finally {
  await cluster.stop();
  if (process.exitCode === 0) rmSync(folder, { recursive: true, force: true });
}
