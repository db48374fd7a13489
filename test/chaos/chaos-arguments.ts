import { parseArgs } from 'node:util';

/** What `npm run test:chaos` was asked for. */
export type ChaosArguments = {
  readonly faults: number;
  readonly seed: number;
  /** Profile of the development broker. */
  readonly broker: string;
  /** Changes per second while the faults go on. */
  readonly rate: number;
  /** The road from rows to the cluster or to Git, in place of the one from the cluster to rows. */
  readonly renderer: RenderMode | undefined;
  /** How changes of rows are read. */
  readonly source: 'logical' | 'outbox';
};

/** What only the road from the cluster to rows knows. */
export type ReplicaArguments = {
  /** Processes of every function. */
  readonly replicas: number;
  /** Watchers elect a leader and keep resume points, both in Leases; else all of them work at once. */
  readonly leases: boolean;
};

/** As many as there are ports for, ten apart. */
const maxReplicas = 4;

export type RenderMode = 'apply' | 'git';

export function parseChaosArguments(
  args: readonly string[],
  randomSeed: () => number,
): ChaosArguments & ReplicaArguments {
  const { values } = parseArgs({
    // The option alone means the cluster; parseArgs would take what follows for its value.
    args: args.map((argument) => (argument === '--renderer' ? '--renderer=apply' : argument)),
    options: {
      faults: { type: 'string', default: '20' },
      seed: { type: 'string' },
      broker: { type: 'string', default: 'imc-sync' },
      rate: { type: 'string', default: '50' },
      replicas: { type: 'string', default: '1' },
      leases: { type: 'boolean', default: false },
      renderer: { type: 'string' },
      source: { type: 'string', default: 'logical' },
    },
  });
  return {
    faults: wholeNumber('--faults', values.faults),
    seed: values.seed === undefined ? randomSeed() : wholeNumber('--seed', values.seed),
    broker: values.broker,
    rate: wholeNumber('--rate', values.rate),
    replicas: replicaCount(values.replicas),
    leases: values.leases,
    renderer: values.renderer === undefined ? undefined : renderMode(values.renderer),
    source: changeSource(values.source),
  };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`Cannot use ${option} ${text}: expected a whole number`);
}

function replicaCount(text: string): number {
  const count = wholeNumber('--replicas', text);
  if (count >= 1 && count <= maxReplicas) return count;
  throw new Error(`Cannot use --replicas ${text}: expected 1 to ${maxReplicas}`);
}

function renderMode(text: string): RenderMode {
  if (text === 'apply' || text === 'git') return text;
  throw new Error(`Cannot use --renderer=${text}: expected apply or git`);
}

function changeSource(text: string): 'logical' | 'outbox' {
  if (text === 'logical' || text === 'outbox') return text;
  throw new Error(`Cannot use --source=${text}: expected logical or outbox`);
}
