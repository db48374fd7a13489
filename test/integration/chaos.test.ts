import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChaosCluster, chaosCluster } from '../chaos/chaos-cluster.ts';
import { runChaos } from '../chaos/run-chaos.ts';
import { freePortBase } from '../support/free-port-base.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: string;
let cluster: ChaosCluster;

beforeAll(async () => {
  folder = temporaryFolder('chaos-test');
  cluster = await chaosCluster(folder, process.env);
});

afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the mirror', () => {
  it('equals the cluster again after processes were killed, watches dropped and deliveries mixed up', async () => {
    // Another seed every time: a run that fails prints it, and `npm run test:chaos -- --seed` repeats it.
    const seed = randomInt(1_000_000);
    const said: string[] = [];
    const report = await runChaos({
      faults: 12,
      seed,
      broker: 'imc-sync',
      rate: 50,
      replicas: 1,
      leases: false,
      cluster,
      folder,
      portBase: await freePortBase(),
      say: (line) => said.push(line),
    });
    const { lost, stale, zombies, duplicates } = report;
    const story = `seed ${seed}\n${said.join('\n')}\n${report.examples.join('\n')}`;
    expect({ lost, stale, zombies, duplicates }, story).toEqual({
      lost: 0,
      stale: 0,
      zombies: 0,
      duplicates: 0,
    });
    expect(Math.min(report.objects, report.events), story).toBeGreaterThan(0);
  }, 240_000);
});
