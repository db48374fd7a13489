import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One process's metrics; names start with `kubemirror_`. */
export type Metrics = {
  readonly counter: <L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
  ) => Counter<L>;
  readonly gauge: <L extends string = never>(name: string, help: string, labels?: readonly L[]) => Gauge<L>;
  readonly histogram: <L extends string = never>(
    name: string,
    help: string,
    options: { readonly buckets: readonly number[]; readonly labels?: readonly L[] },
  ) => Histogram<L>;
  /** Prometheus text format. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
};

export function createMetrics(functionName: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ function: functionName });
  collectDefaultMetrics({ register: registry, prefix: 'kubemirror_' });
  const registers = [registry];
  return {
    counter: (name, help, labelNames = []) =>
      new Counter({ name, help, labelNames: [...labelNames], registers }),
    gauge: (name, help, labelNames = []) => new Gauge({ name, help, labelNames: [...labelNames], registers }),
    histogram: (name, help, options) =>
      new Histogram({
        name,
        help,
        labelNames: [...(options.labels ?? [])],
        buckets: [...options.buckets],
        registers,
      }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
