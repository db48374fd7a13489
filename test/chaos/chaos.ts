import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { freePortBase } from '../support/free-port-base.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { parseChaosArguments } from './chaos-arguments.ts';
import { chaosCluster } from './chaos-cluster.ts';
import { isRendered, runRendererChaos } from './renderer/run-renderer-chaos.ts';
import { isConverged, runChaos } from './run-chaos.ts';

/**
 * `npm run test:chaos -- [--replicas N] [--leases] [--renderer[=git] [--source=outbox]] [--faults N] [--seed S]
 * [--broker PROFILE] [--rate N]`: exit 0 only where all is equal. With `--renderer` it is the road from the rows to
 * the cluster, or to a Git repository.
 */
const options = parseChaosArguments(process.argv.slice(2), () => randomInt(1_000_000));
const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`);
const folder = temporaryFolder('chaos');
say(
  `${options.renderer === undefined ? '' : `renderer (${options.renderer}), `}seed ${options.seed}, ${options.faults} faults, broker ${options.broker}, logs in ${folder}/logs`,
);

const cluster = await chaosCluster(folder, process.env);
try {
  const portBase = await freePortBase();
  const around = { cluster, folder, portBase, say };
  const { renderer, source, ...plain } = options;
  if (renderer === undefined) {
    const report = await runChaos({ ...plain, ...around });
    tell(report, isConverged(report));
  } else {
    // A broker that answers before it delivers, and keeps nothing, loses events when it is killed.
    const untoldAfter = plain.broker === 'imc-async' ? '3s' : '10m';
    const report = await runRendererChaos({ ...plain, renderer, source, untoldAfter, ...around });
    tell(report, isRendered(report));
  }
} finally {
  await cluster.stop();
  if (process.exitCode === 0) rmSync(folder, { recursive: true, force: true });
}

function tell(report: { readonly examples: readonly string[] }, isEqual: boolean): void {
  for (const example of report.examples) say(example);
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = isEqual ? 0 : 1;
}
