/** What one run of one variant measured. */
export type Measures = Readonly<Record<string, number>>;

/** A benchmark: variants that run in turns, each in fresh processes, and figures made of what they measured. */
export type Benchmark = {
  readonly name: string;
  readonly rounds: number;
  /** Everything that the figures depend on, printed with them. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Opens what all runs share, such as a database server. */
  readonly open: () => Promise<{
    readonly variants: Readonly<Record<string, () => Promise<Measures>>>;
    readonly close: () => Promise<void>;
  }>;
  /** Figures of one round; the medians over all rounds are the result. */
  readonly figures: (round: Readonly<Record<string, Measures>>) => Measures;
};

/** One round as it is printed: figures made of it, and the raw measures of each variant. */
export type Round = {
  readonly order: readonly string[];
  readonly measures: Readonly<Record<string, Measures>>;
  readonly figures: Measures;
};
