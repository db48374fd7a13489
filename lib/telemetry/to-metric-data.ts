import type { HrTime } from '@opentelemetry/api';
import type { MetricData } from '@opentelemetry/sdk-metrics';

/** One metric as prom-client reads it out: every label set a value, a histogram's buckets cumulative. */
export type Sample = {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly metricName?: string;
  }[];
};

/** The SDK's enums as values, passed in so that this module does not load the SDK. */
export type MetricEnums = {
  readonly cumulative: MetricData['aggregationTemporality'];
  readonly double: MetricData['descriptor']['valueType'];
  readonly sum: 3;
  readonly gauge: 2;
  readonly histogram: 0;
};

/**
 * prom-client's figures as OTLP metrics, under the same names and labels, so that both ways of reading show the
 * same. Everything is cumulative since `startTime`. A summary has no counterpart and kubemirror uses none.
 */
export function toMetricData(
  samples: readonly Sample[],
  times: { readonly startTime: HrTime; readonly endTime: HrTime },
  enums: MetricEnums,
): MetricData[] {
  const convert = (sample: Sample): MetricData[] => {
    const base = {
      descriptor: { name: sample.name, description: sample.help, unit: '', valueType: enums.double },
      aggregationTemporality: enums.cumulative,
    };
    const points = () =>
      sample.values.map(({ value, labels }) => ({ ...times, attributes: textLabels(labels), value }));
    switch (sample.type) {
      case 'counter':
        return [{ ...base, dataPointType: enums.sum, isMonotonic: true, dataPoints: points() } as MetricData];
      case 'gauge':
        return [{ ...base, dataPointType: enums.gauge, dataPoints: points() } as MetricData];
      case 'histogram':
        return [
          {
            ...base,
            dataPointType: enums.histogram,
            dataPoints: histogramPoints(sample, times),
          } as MetricData,
        ];
      case 'summary':
        return [];
    }
  };
  return samples.flatMap(convert);
}

function histogramPoints(sample: Sample, times: { readonly startTime: HrTime; readonly endTime: HrTime }) {
  const series = Map.groupBy(sample.values, ({ labels: { le, ...labels } }) => JSON.stringify(labels));
  return [...series.values()].map((values) => {
    const part = (suffix: string) =>
      values.filter(({ metricName }) => metricName === `${sample.name}_${suffix}`);
    const buckets = part('bucket')
      .map(({ labels, value }) => ({
        bound: labels['le'] === '+Inf' ? Infinity : Number(labels['le']),
        value,
      }))
      .sort((a, b) => a.bound - b.bound);
    const { le, ...labels } = values[0]?.labels ?? {};
    return {
      ...times,
      attributes: textLabels(labels),
      value: {
        buckets: {
          boundaries: buckets.map(({ bound }) => bound).filter(Number.isFinite),
          // Prometheus counts every bucket with all below it, OTLP each for itself.
          counts: buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0)),
        },
        sum: part('sum')[0]?.value ?? 0,
        count: part('count')[0]?.value ?? 0,
      },
    };
  });
}

function textLabels(labels: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
