import { exportMetrics } from './export-metrics.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { serveMetrics } from './serve-metrics.ts';

/** A function's metrics, served on METRICS_PORT and, when OTEL_ENABLED, pushed by OTLP as well. */
export async function startTelemetry(options: {
  readonly functionName: string;
  readonly config: {
    readonly METRICS_PORT: number;
    readonly OTEL_ENABLED: boolean;
    readonly OTEL_EXPORT_INTERVAL: number;
  };
}): Promise<{ readonly metrics: Metrics; readonly stop: () => Promise<void> }> {
  const { functionName, config } = options;
  const metrics = createMetrics(functionName);
  const server = await serveMetrics(metrics, config.METRICS_PORT);
  const exporter = config.OTEL_ENABLED
    ? await exportMetrics({ metrics, functionName, intervalMs: config.OTEL_EXPORT_INTERVAL })
    : undefined;
  return {
    metrics,
    stop: async () => {
      await exporter?.stop();
      await server.close();
    },
  };
}
