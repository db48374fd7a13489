import { setTimeout as delay } from 'node:timers/promises';
import { demoToken } from '../../../lib/local/demo-tokens.ts';
import { functionUrl } from '../../../lib/local/function-plan.ts';
import type { ChaosArguments, RenderMode } from '../chaos-arguments.ts';
import type { ChaosCluster } from '../chaos-cluster.ts';
import { type ChaosProcess, startChaosMachine } from '../chaos-machine.ts';
import { machineFaults, strikeFaults } from '../faults.ts';
import { seededRandom } from '../seeded-random.ts';
import type { ChaosTarget } from './chaos-target.ts';
import { clusterChaosTarget } from './cluster-chaos-target.ts';
import { compareRendering, type RenderingDifferences } from './compare-rendering.ts';
import { createConfigWriters } from './config-writers.ts';
import { gitChaosTarget } from './git-chaos-target.ts';
import { readConfigs } from './read-configs.ts';
import { smallLog, sourceFaults } from './source-faults.ts';

/** The outcome: counts of what differs once everything had time to settle, and how it was made. */
export type RendererChaosReport = {
  readonly seed: number;
  readonly mode: RenderMode;
  readonly source: ChaosArguments['source'];
  readonly faults: number;
} & { readonly [What in keyof RenderingDifferences]: number } & {
  readonly rows: number;
  readonly refused: number;
  /** Changes whose commit was confirmed to a writer. */
  readonly confirmed: number;
  readonly convergedAfterMs: number;
  readonly struck: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<string, number>>;
  /** The first differences of each sort, in words. */
  readonly examples: readonly string[];
};

// Twice the pause that a fight over an object costs, for what was struck last.
const settleTimeoutMs = 150_000;

const brokerFaults =
  'duplicate=0.05,dropRequest=0.03,dropAnswer=0.03,maxDelayMs=80,reorderWindow=20,dropAck=0.02';

// Comparisons of everything must not hide what nothing else has found: none but those that something asks for.
const rendererEnvironment = {
  RECONCILE_INTERVAL: '1h',
  RETRY_BASE: '200ms',
  RETRY_CAP: '2s',
};

const sources = ['changes-source', 'changes-source-standby'];

/** Random edits under random faults; then silence, and a comparison of the rows with cluster or branch. */
export async function runRendererChaos(
  options: Omit<ChaosArguments, 'renderer'> & {
    readonly renderer: RenderMode;
    /** Age at which the renderer finds changes by itself: where that is long, a change that is never told shows. */
    readonly untoldAfter: string;
    readonly cluster: ChaosCluster;
    readonly folder: string;
    readonly portBase: number;
    readonly say: (line: string) => void;
  },
): Promise<RendererChaosReport> {
  const { cluster, portBase, say, seed } = options;
  const random = seededRandom(seed);
  const target = options.renderer === 'git' ? await gitChaosTarget() : await clusterChaosTarget(cluster);
  const jwtSignKey = `chaos-${seed}-${'x'.repeat(32)}`;
  const machine = await startChaosMachine({
    folder: options.folder,
    portBase,
    kubeconfig: cluster.kubeconfig,
    clusterName: 'chaos',
    brokerProfile: options.broker,
    brokerFaults,
    functions: processes({ ...options, target }),
    jwtSignKey,
    settings: smallLog,
    say,
  }).catch(async (error: unknown) => {
    await target.stop();
    throw error;
  });
  try {
    const writers = createConfigWriters({
      databaseUrl: machine.databaseUrl,
      apiUrl: functionUrl(portBase, 'appconfigs-api'),
      token: await demoToken({ username: 'admin', groups: ['system:masters'] }, jwtSignKey),
      seed: seed + 1,
      rate: options.rate,
    });
    const ending = new AbortController();
    const working = writers.run(ending.signal);
    const faults = [
      ...machineFaults(machine, random),
      ...sourceFaults(machine, sources),
      ...target.faults(random),
    ];
    const struck = await strikeFaults({ faults, count: options.faults, random, say });
    ending.abort();
    await working;
    await target.calm();
    const calmAtMs = performance.now();
    const settled = await settle(() => measure(machine.databaseUrl, target, writers.confirmed), say);
    return {
      seed,
      mode: options.renderer,
      source: options.source,
      faults: options.faults,
      ...settled.counts,
      rows: settled.rows,
      refused: settled.refused,
      confirmed: writers.confirmed.size,
      convergedAfterMs: Math.round(performance.now() - calmAtMs),
      struck,
      done: writers.counts(),
      examples: settled.examples,
    };
  } finally {
    await machine.stop();
    await target.stop();
  }
}

function processes(options: {
  readonly portBase: number;
  readonly source: ChaosArguments['source'];
  readonly untoldAfter: string;
  readonly target: ChaosTarget;
}): ChaosProcess[] {
  const { portBase, source, target } = options;
  const kind = Object.fromEntries(
    Object.entries(target.environment).filter(([name]) => name.startsWith('APPCONFIG_')),
  );
  // At the end, when what they deliver to is stopped already, nobody waits for them.
  const reading = { CHANGE_SOURCE: source, DRAIN_TIMEOUT: '4s' };
  const rendering = {
    ...rendererEnvironment,
    UNTOLD_AFTER: options.untoldAfter,
    ...target.environment,
  };
  return [
    { name: 'deviser', function: 'deviser', environment: {} },
    { name: 'changes-source', function: 'changes-source', environment: reading },
    {
      name: 'changes-source-standby',
      function: 'changes-source',
      environment: {
        ...reading,
        PORT: String(portBase + 30),
        METRICS_PORT: String(portBase + 31),
      },
    },
    { name: 'renderer', function: 'renderer', environment: rendering },
    // As in a rolling update: events come to the one, the watch and the comparisons are either's.
    {
      name: 'renderer-second',
      function: 'renderer',
      environment: { ...rendering, PORT: String(portBase + 32), METRICS_PORT: String(portBase + 33) },
    },
    { name: 'appconfigs-api', function: 'appconfigs-api', environment: kind },
  ];
}

type Measured = {
  readonly counts: { readonly [What in keyof RenderingDifferences]: number };
  readonly rows: number;
  readonly refused: number;
  readonly examples: readonly string[];
};

async function measure(
  databaseUrl: string,
  target: ChaosTarget,
  confirmed: ReadonlyMap<string, number>,
): Promise<Measured> {
  const { rows, unsettled, generations } = await readConfigs(databaseUrl);
  const found = compareRendering(rows, await target.list());
  const forgotten = [...confirmed]
    .filter(([id, generation]) => (generations.get(id) ?? 0) < generation)
    .map(([id, generation]) => `${id}@${generation} was confirmed and is not known`);
  const differences: RenderingDifferences = {
    ...found,
    lost: [...found.lost, ...forgotten],
    statuses: [...found.statuses, ...unsettled],
    damage: await target.damage(),
  };
  const entries = Object.entries(differences) as [keyof RenderingDifferences, string[]][];
  return {
    counts: Object.fromEntries(entries.map(([what, list]) => [what, list.length])) as Measured['counts'],
    rows: rows.length,
    refused: rows.filter(({ isValid }) => !isValid).length,
    examples: entries.flatMap(([what, list]) => list.slice(0, 5).map((text) => `${what}: ${text}`)),
  };
}

/** Measures until nothing differs or the time is over. */
async function settle(take: () => Promise<Measured>, say: (line: string) => void): Promise<Measured> {
  const deadlineMs = performance.now() + settleTimeoutMs;
  for (;;) {
    const measured = await take();
    if (isEqual(measured.counts) || performance.now() > deadlineMs) return measured;
    say(`settling: ${JSON.stringify(measured.counts)}`);
    await delay(500);
  }
}

function isEqual(counts: Measured['counts']): boolean {
  return Object.values(counts).every((count) => count === 0);
}

/** True where nothing differs; without rows anything would agree. */
export function isRendered(report: RendererChaosReport): boolean {
  const { lost, stale, zombies, duplicates, statuses, damage } = report;
  return isEqual({ lost, stale, zombies, duplicates, statuses, damage }) && report.rows > report.refused;
}
