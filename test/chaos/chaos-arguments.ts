import { parseArgs } from 'node:util';

/** What `npm run test:chaos` was asked for. */
export type ChaosArguments = {
  readonly faults: number;
  readonly seed: number;
  /** Profile of the development broker. */
  readonly broker: string;
  /** Changes per second while the faults go on. */
  readonly rate: number;
};

export function parseChaosArguments(args: readonly string[], randomSeed: () => number): ChaosArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      faults: { type: 'string', default: '20' },
      seed: { type: 'string' },
      broker: { type: 'string', default: 'imc-sync' },
      rate: { type: 'string', default: '50' },
    },
  });
  return {
    faults: wholeNumber('--faults', values.faults),
    seed: values.seed === undefined ? randomSeed() : wholeNumber('--seed', values.seed),
    broker: values.broker,
    rate: wholeNumber('--rate', values.rate),
  };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`Cannot use ${option} ${text}: expected a whole number`);
}
