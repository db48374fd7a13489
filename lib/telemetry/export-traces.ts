import type { Sampler } from '@opentelemetry/sdk-trace';
import { traceEvents } from './trace-events.ts';
import type { Tracing } from './tracing.ts';

export type TraceConfig = {
  /** A name of the OpenTelemetry specification. */
  readonly OTEL_TRACES_SAMPLER:
    | 'always_on'
    | 'always_off'
    | 'traceidratio'
    | 'parentbased_always_on'
    | 'parentbased_always_off'
    | 'parentbased_traceidratio';
  /** Share of the traces that are recorded, from 0 to 1; only means the samplers by ratio. */
  readonly OTEL_TRACES_SAMPLER_ARG: number;
  /** Milliseconds between two sends. */
  readonly OTEL_BSP_SCHEDULE_DELAY: number;
};

/**
 * Sends spans by OTLP (HTTP, protobuf), to where the standard OTEL_EXPORTER_OTLP_* variables say. The SDK is
 * loaded only here, because it costs tens of milliseconds at start. At most 2,048 finished spans wait for the
 * collector; beyond them spans are dropped, and where it is away they are lost: the events themselves never wait.
 * @returns `stop`, which sends what is left and never fails
 */
export async function exportTraces(options: {
  readonly functionName: string;
  readonly config: TraceConfig;
}): Promise<{ readonly tracing: Tracing; readonly stop: () => Promise<void> }> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes, defaultResource }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ]);
  const { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio } = options.config;
  const followsParent = name.startsWith('parentbased_');
  const provider = new sdk.TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.name': options.functionName, 'service.namespace': 'kubemirror' }),
    ),
    sampler: createSampler(sdk, name, ratio),
    // A batch links to all its recorded events.
    spanLimits: { linkCountLimit: 1_024 },
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter(),
        exportTimeoutMillis: 10_000,
        scheduledDelayMillis: options.config.OTEL_BSP_SCHEDULE_DELAY,
      }),
    ],
  });
  return {
    tracing: traceEvents({ api, tracer: provider.getTracer('kubemirror'), followsParent }),
    // A collector that is away must not turn an orderly end into a failure.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

function createSampler(
  sdk: typeof import('@opentelemetry/sdk-trace'),
  name: TraceConfig['OTEL_TRACES_SAMPLER'],
  ratio: number,
): Sampler {
  switch (name) {
    case 'always_on':
      return new sdk.AlwaysOnSampler();
    case 'always_off':
      return new sdk.AlwaysOffSampler();
    case 'traceidratio':
      return new sdk.TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new sdk.ParentBasedSampler({ root: new sdk.AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) });
  }
}
