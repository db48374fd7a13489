import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Sample } from './to-metric-data.ts';

/** One process's metrics; names start with `kubemirror_`. */
export type Metrics = {
  readonly counter: <L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
  ) => Counter<L>;
  /** `collect` sets the value when it is read, for what is cheaper to ask than to follow. */
  readonly gauge: <L extends string = never>(
    name: string,
    help: string,
    labels?: readonly L[],
    collect?: (gauge: Gauge<L>) => void | Promise<void>,
  ) => Gauge<L>;
  readonly histogram: <L extends string = never>(
    name: string,
    help: string,
    options: { readonly buckets: readonly number[]; readonly labels?: readonly L[] },
  ) => Histogram<L>;
  /** Prometheus text format. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
  /** The same figures for the OTLP exporter. */
  readonly samples: () => Promise<readonly Sample[]>;
};

export function createMetrics(functionName: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ function: functionName });
  collectDefaultMetrics({ register: registry, prefix: 'kubemirror_' });
  const registers = [registry];
  return {
    counter: (name, help, labelNames = []) =>
      new Counter({ name, help, labelNames: [...labelNames], registers }),
    gauge: (name, help, labelNames = [], collect) =>
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers,
        ...(collect === undefined
          ? {}
          : {
              collect() {
                return collect(this);
              },
            }),
      }),
    histogram: (name, help, options) =>
      new Histogram({
        name,
        help,
        labelNames: [...(options.labels ?? [])],
        buckets: [...options.buckets],
        registers,
      }),
    // prom-client writes a value that is not known yet as `Nan`, the format says `NaN`.
    text: async () => (await registry.metrics()).replace(/ Nan$/gm, ' NaN'),
    contentType: registry.contentType,
    samples: async () => (await registry.getMetricsAsJSON()) as unknown as readonly Sample[],
  };
}
