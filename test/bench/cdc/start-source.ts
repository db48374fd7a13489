import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../lib/local/free-port.ts';
import { startFunction, startHelper } from '../run-process.ts';

export type SinkCounts = {
  readonly arrivals: number;
  /** Different ids among them, up to 200,000. */
  readonly distinct: number;
  readonly seconds: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly byOperation: Readonly<Record<string, number>>;
};

/** What a source is started with, whatever is measured. */
export type SourceContext = {
  readonly settings: { readonly max_in_flight: number };
  readonly environment: Readonly<Record<string, string>>;
};

/** Starts a changes-source that follows these tables; it reads once this resolves. */
export async function startSource(
  { settings, environment }: SourceContext,
  options: { readonly databaseUrl: string; readonly sinkUrl: string; readonly tables: string },
): Promise<{ readonly pid: number; readonly stop: () => Promise<void> }> {
  const metricsPort = await freePort();
  const source = await startFunction('changes-source', {
    ...environment,
    DATABASE_URL: options.databaseUrl,
    K_SINK: options.sinkUrl,
    CHANGE_TABLES: options.tables,
    SLOT_NAME: `bench_${process.pid}`,
    MAX_IN_FLIGHT: String(settings.max_in_flight),
    OIDC_TOKEN_FILE: '/nowhere',
    CLUSTER_NAME: 'bench',
    PORT: String(await freePort()),
    METRICS_PORT: String(metricsPort),
  });
  for (;;) {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    if (/^kubemirror_change_source_role\{.*role="reading".*\} 1$/m.test(text)) return source;
    await delay(50);
  }
}

/** A sink in a process of its own that accepts at once and counts. */
export async function startCountingSink(): Promise<{
  readonly url: string;
  readonly counts: () => Promise<SinkCounts>;
  readonly forget: () => Promise<void>;
  readonly stop: () => Promise<void>;
}> {
  const sink = await startHelper(new URL('./count-changes.ts', import.meta.url), {});
  const url = `http://127.0.0.1:${sink.port}/`;
  return {
    url,
    counts: async () => (await (await fetch(url)).json()) as SinkCounts,
    forget: async () => {
      await fetch(url, { method: 'DELETE' });
    },
    stop: sink.stop,
  };
}

/** Most memory that a process ever had, as the kernel counts. */
export function peakRssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** CPU time of a process so far; Linux counts in hundredths of a second. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
