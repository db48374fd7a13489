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

export type RenderMode = 'apply' | 'git';

export function parseChaosArguments(args: readonly string[], randomSeed: () => number): ChaosArguments {
  const { values } = parseArgs({
    // The option alone means the cluster; parseArgs would take what follows for its value.
    args: args.map((argument) => (argument === '--renderer' ? '--renderer=apply' : argument)),
    options: {
      faults: { type: 'string', default: '20' },
      seed: { type: 'string' },
      broker: { type: 'string', default: 'imc-sync' },
      rate: { type: 'string', default: '50' },
      renderer: { type: 'string' },
      source: { type: 'string', default: 'logical' },
    },
  });
  return {
    faults: wholeNumber('--faults', values.faults),
    seed: values.seed === undefined ? randomSeed() : wholeNumber('--seed', values.seed),
    broker: values.broker,
    rate: wholeNumber('--rate', values.rate),
    renderer: values.renderer === undefined ? undefined : renderMode(values.renderer),
    source: changeSource(values.source),
  };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`Cannot use ${option} ${text}: expected a whole number`);
}

function renderMode(text: string): RenderMode {
  if (text === 'apply' || text === 'git') return text;
  throw new Error(`Cannot use --renderer=${text}: expected apply or git`);
}

function changeSource(text: string): 'logical' | 'outbox' {
  if (text === 'logical' || text === 'outbox') return text;
  throw new Error(`Cannot use --source=${text}: expected logical or outbox`);
}
