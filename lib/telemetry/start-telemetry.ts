import { exportMetrics } from './export-metrics.ts';
import { exportTraces, type TraceConfig } from './export-traces.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { serveMetrics } from './serve-metrics.ts';
import { noTracing, type Tracing } from './tracing.ts';

/** A function's metrics, served on METRICS_PORT; when OTEL_ENABLED they and traces are pushed by OTLP. */
export async function startTelemetry(options: {
  readonly functionName: string;
  readonly config: TraceConfig & {
    readonly METRICS_PORT: number;
    readonly OTEL_ENABLED: boolean;
    readonly OTEL_EXPORT_INTERVAL: number;
  };
}): Promise<{ readonly metrics: Metrics; readonly tracing: Tracing; readonly stop: () => Promise<void> }> {
  const { functionName, config } = options;
  const metrics = createMetrics(functionName);
  const server = await serveMetrics(metrics, config.METRICS_PORT);
  const exporters = config.OTEL_ENABLED
    ? await Promise.all([
        exportMetrics({ metrics, functionName, intervalMs: config.OTEL_EXPORT_INTERVAL }),
        exportTraces({ functionName, config }),
      ])
    : undefined;
  return {
    metrics,
    tracing: exporters?.[1].tracing ?? noTracing,
    stop: async () => {
      await Promise.all(exporters?.map((exporter) => exporter.stop()) ?? []);
      await server.close();
    },
  };
}
