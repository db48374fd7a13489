import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeProtobuf, packedFixed64, toDouble, type WireMessage } from './decode-protobuf.ts';

/** One series' latest figures. A histogram's counts are those of each bucket alone, the last one without bound. */
export type OtlpPoint = { readonly labels: Readonly<Record<string, string>> } & (
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'histogram';
      readonly bounds: readonly number[];
      readonly counts: readonly number[];
      readonly sum: number;
      readonly count: number;
    }
);

export type OtlpMetric = {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly points: readonly OtlpPoint[];
};

export type OtlpSpan = {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly links: readonly string[];
  readonly failed: boolean;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
};

/** A collector for tests: takes OTLP over HTTP in protobuf and keeps it. */
export type OtlpReceiver = {
  readonly url: string;
  /** Metrics of the last push. */
  readonly metrics: () => readonly OtlpMetric[];
  readonly pushes: () => number;
  readonly spans: readonly OtlpSpan[];
  /** All bodies as they came, for searching. */
  readonly bodies: readonly Buffer[];
  readonly stop: () => Promise<void>;
};

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  let metrics: readonly OtlpMetric[] = [];
  let pushes = 0;
  const spans: OtlpSpan[] = [];
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      bodies.push(body);
      if (request.headers['content-type'] !== 'application/x-protobuf') {
        response.writeHead(415).end();
        return;
      }
      if (request.url === '/v1/metrics') {
        metrics = readMetrics(decodeProtobuf(body));
        pushes += 1;
      }
      if (request.url === '/v1/traces') spans.push(...readSpans(decodeProtobuf(body)));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metrics: () => metrics,
    pushes: () => pushes,
    spans,
    bodies,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

// Numbers of fields are those of opentelemetry-proto, which never change.

function readMetrics(request: WireMessage): OtlpMetric[] {
  const metrics = request.messages(1).flatMap((resource) => resource.messages(2));
  return metrics.flatMap((scope) => scope.messages(2)).map(readMetric);
}

function readMetric(metric: WireMessage): OtlpMetric {
  const [name = ''] = metric.texts(1);
  const [help = ''] = metric.texts(2);
  const [gauge] = metric.messages(5);
  const [sum] = metric.messages(7);
  const [histogram] = metric.messages(9);
  const found = gauge ?? sum ?? histogram;
  if (found === undefined) throw new Error(`Cannot read metric ${name}: no gauge, sum or histogram`);
  const type = gauge !== undefined ? 'gauge' : sum !== undefined ? 'counter' : 'histogram';
  const points = found.messages(1).map(type === 'histogram' ? readHistogram : readNumber);
  return { name, help, type, points };
}

function readNumber(point: WireMessage): OtlpPoint {
  const integer = point.numbers(6)[0];
  const value = integer === undefined ? (point.doubles(4)[0] ?? 0) : Number(BigInt.asIntN(64, integer));
  return { kind: 'number', labels: readAttributes(point.messages(7)), value };
}

function readHistogram(point: WireMessage): OtlpPoint {
  const packed = (field: number) => point.bytes(field).flatMap(packedFixed64);
  return {
    kind: 'histogram',
    labels: readAttributes(point.messages(9)),
    bounds: packed(7).map(toDouble),
    counts: packed(6).map(Number),
    sum: point.doubles(5)[0] ?? 0,
    count: Number(point.numbers(4)[0] ?? 0n),
  };
}

function readSpans(request: WireMessage): OtlpSpan[] {
  return request.messages(1).flatMap((resource) => {
    const attributes = readAttributes(resource.messages(1).flatMap((message) => message.messages(1)));
    const spans = resource.messages(2).flatMap((scope) => scope.messages(2));
    return spans.map((span) => readSpan(span, attributes['service.name'] ?? ''));
  });
}

function readSpan(span: WireMessage, service: string): OtlpSpan {
  const hex = (message: WireMessage, field: number) => message.bytes(field)[0]?.toString('hex') ?? '';
  return {
    service,
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: span.texts(5)[0] ?? '',
    startNanos: span.numbers(7)[0] ?? 0n,
    endNanos: span.numbers(8)[0] ?? 0n,
    attributes: readAttributes(span.messages(9)),
    links: span.messages(13).map((link) => hex(link, 2)),
    failed: span.messages(15).some((status) => status.numbers(3)[0] === 2n),
  };
}

function readAttributes(pairs: readonly WireMessage[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [value] = pair.messages(2);
      const text = value?.texts(1)[0] ?? value?.numbers(3)[0]?.toString() ?? value?.doubles(4)[0]?.toString();
      return [pair.texts(1)[0] ?? '', text ?? ''];
    }),
  );
}
