import type { Metrics } from './metrics.ts';
import { toMetricData } from './to-metric-data.ts';

/**
 * Pushes the figures of `/metrics` by OTLP (HTTP, protobuf) every `intervalMs`, to where the standard
 * OTEL_EXPORTER_OTLP_* variables say. The SDK is loaded only here, because it costs tens of milliseconds at start.
 * A collector that is away costs nothing but the figures of that interval; the exporter retries by itself.
 * @returns `stop`, which pushes once more
 */
export async function exportMetrics(options: {
  readonly metrics: Metrics;
  readonly functionName: string;
  readonly intervalMs: number;
}): Promise<{ readonly stop: () => Promise<void> }> {
  const [sdk, { OTLPMetricExporter }, { resourceFromAttributes, defaultResource }, { ValueType }] =
    await Promise.all([
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/exporter-metrics-otlp-proto'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/api'),
    ]);
  const resource = defaultResource().merge(
    resourceFromAttributes({ 'service.name': options.functionName, 'service.namespace': 'kubemirror' }),
  );
  const enums = {
    cumulative: sdk.AggregationTemporality.CUMULATIVE,
    double: ValueType.DOUBLE,
    sum: sdk.DataPointType.SUM,
    gauge: sdk.DataPointType.GAUGE,
    histogram: sdk.DataPointType.HISTOGRAM,
  } as const;
  const startTime = now();
  const producer = {
    collect: async () => ({
      errors: [],
      resourceMetrics: {
        resource,
        scopeMetrics: [
          {
            scope: { name: 'kubemirror' },
            metrics: toMetricData(await options.metrics.samples(), { startTime, endTime: now() }, enums),
          },
        ],
      },
    }),
  };
  const reader = new sdk.PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: options.intervalMs,
    exportTimeoutMillis: Math.min(options.intervalMs, 10_000),
    metricProducers: [producer],
  });
  const provider = new sdk.MeterProvider({ resource, readers: [reader] });
  return { stop: () => provider.shutdown() };
}

function now(): [seconds: number, nanoseconds: number] {
  const ms = Date.now();
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000];
}
