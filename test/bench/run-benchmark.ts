import type { Benchmark, Measures, Round } from './benchmark.ts';
import { median } from './median.ts';

export type BenchmarkResult = {
  readonly bench: string;
  readonly figures: Measures;
  readonly settings: Benchmark['settings'];
  readonly rounds: readonly Round[];
};

/**
 * Runs every variant once a round, in an order that is turned round each time, so that neither a machine that
 * warms up nor one that others begin to use favours one of them.
 */
export async function runBenchmark(
  benchmark: Benchmark,
  onRound: (index: number, round: Round) => void,
): Promise<BenchmarkResult> {
  const { variants, close } = await benchmark.open();
  const rounds: Round[] = [];
  try {
    for (let index = 0; index < benchmark.rounds; index += 1) {
      const order = index % 2 === 0 ? Object.keys(variants) : Object.keys(variants).reverse();
      const measures: Record<string, Measures> = {};
      for (const name of order) {
        const run = variants[name];
        if (run !== undefined) measures[name] = await run();
      }
      const round = { order, measures, figures: rounded(benchmark.figures(measures)) };
      rounds.push(round);
      onRound(index, round);
    }
  } finally {
    await close();
  }
  const names = Object.keys(rounds[0]?.figures ?? {});
  const figures = Object.fromEntries(
    names.map((name) => [name, median(rounds.map((round) => round.figures[name] ?? Number.NaN))]),
  );
  return { bench: benchmark.name, figures: rounded(figures), settings: benchmark.settings, rounds };
}

function rounded(measures: Measures): Measures {
  return Object.fromEntries(
    Object.entries(measures).map(([name, value]) => [name, Number(value.toPrecision(4))]),
  );
}
