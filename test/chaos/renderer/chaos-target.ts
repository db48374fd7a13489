import type { Fault } from '../faults.ts';
import type { Rendered } from './compare-rendering.ts';

/** Where rows are rendered to, with what others do to it. */
export type ChaosTarget = {
  /** Variables that make the renderer render there. */
  readonly environment: Readonly<Record<string, string>>;
  readonly faults: (random: () => number) => Fault[];
  /** Everything in it that has a name of an AppConfig. */
  readonly list: () => Promise<Rendered[]>;
  /** What others have put there and did not find again. */
  readonly damage: () => Promise<string[]>;
  /** Ends every fault that is still on. */
  readonly calm: () => Promise<void>;
  readonly stop: () => Promise<void>;
};
