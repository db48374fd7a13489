import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { exportMetrics } from './export-metrics.ts';
import { createMetrics } from './metrics.ts';
import { serveMetrics } from './serve-metrics.ts';
import { toMetricData } from './to-metric-data.ts';

const enums = { cumulative: 1, double: 1, sum: 3, gauge: 2, histogram: 0 } as const;
const times = { startTime: [1, 0], endTime: [2, 0] } as const;

function filledMetrics() {
  const metrics = createMetrics('a-function');
  metrics.counter('kubemirror_things_total', 'things', ['result']).inc({ result: 'stored' }, 3);
  metrics.gauge('kubemirror_depth', 'depth', [], (gauge) => gauge.set(7));
  const histogram = metrics.histogram('kubemirror_wait_seconds', 'wait', { buckets: [0.1, 1] });
  for (const seconds of [0.05, 0.5, 0.6, 5]) histogram.observe(seconds);
  return metrics;
}

describe('toMetricData()', () => {
  it('keeps names, labels and figures, and takes buckets apart', async () => {
    const data = toMetricData(
      await filledMetrics().samples(),
      { startTime: [...times.startTime], endTime: [...times.endTime] },
      enums,
    );
    const byName = new Map(data.map((metric) => [metric.descriptor.name, metric]));
    const labels = { function: 'a-function' };
    expect(byName.get('kubemirror_things_total')).toMatchObject({
      isMonotonic: true,
      dataPoints: [{ value: 3, attributes: { ...labels, result: 'stored' } }],
    });
    expect(byName.get('kubemirror_depth')?.dataPoints[0]).toMatchObject({ value: 7, attributes: labels });
    expect(byName.get('kubemirror_wait_seconds')?.dataPoints).toEqual([
      {
        startTime: [1, 0],
        endTime: [2, 0],
        attributes: labels,
        value: { buckets: { boundaries: [0.1, 1], counts: [1, 2, 1] }, sum: 6.15, count: 4 },
      },
    ]);
  });
});

describe('serveMetrics()', () => {
  it('serves the text format on /metrics and nothing else', async () => {
    const server = await serveMetrics(filledMetrics(), 0);
    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('kubemirror_things_total{result="stored",function="a-function"} 3');
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
    await server.close();
  });

  it('names the port that is taken', async () => {
    const server = await serveMetrics(filledMetrics(), 0);
    await expect(serveMetrics(filledMetrics(), server.port)).rejects.toThrow(
      `port ${server.port}: it is taken`,
    );
    await server.close();
  });
});

describe('exportMetrics()', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('pushes to the endpoint of the standard variable, at the latest when it stops', async () => {
    const received: { path: string; body: Buffer }[] = [];
    const collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ path: request.url ?? '', body: Buffer.concat(chunks) });
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const address = collector.address();
    if (typeof address !== 'object' || address === null)
      throw new Error('Cannot find the collector: it has no port');
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${address.port}`);
    const exporter = await exportMetrics({
      metrics: filledMetrics(),
      functionName: 'a-function',
      intervalMs: 60_000,
    });
    await exporter.stop();
    collector.close();
    expect(received.map(({ path }) => path)).toEqual(['/v1/metrics']);
    for (const text of ['kubemirror_things_total', 'kubemirror_wait_seconds', 'a-function', 'stored']) {
      expect(received[0]?.body.includes(text), text).toBe(true);
    }
  });
});
