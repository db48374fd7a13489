import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from '../../test/support/otlp-receiver.ts';
import type { CloudEvent } from '../core/cloud-event.ts';
import { parseTraceparent } from '../core/traceparent.ts';
import { exportTraces, type TraceConfig } from './export-traces.ts';

function eventOf(id: string): CloudEvent {
  return {
    id,
    source: '/clusters/here/a-watcher',
    type: 'a.type',
    subject: 'a/subject',
    extensions: {},
    data: {},
  };
}

const all: TraceConfig = {
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: 1,
  OTEL_BSP_SCHEDULE_DELAY: 5_000,
};

/** Sends the event through a watcher's tracing and gives what the sink got. */
async function emit(tracing: Awaited<ReturnType<typeof exportTraces>>['tracing'], event: CloudEvent) {
  const sent: CloudEvent[] = [];
  const send = tracing.emitting(async (traced: CloudEvent, _options: object) => {
    sent.push(traced);
    return { kind: 'accepted' };
  });
  await send(event, {});
  const [traced] = sent;
  if (traced === undefined) throw new Error('Cannot find what was sent: nothing was');
  return traced;
}

describe('exportTraces()', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => {
    receiver = await startOtlpReceiver();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await receiver.stop();
  });

  it('shows an event from the watcher to the commit of its batch in one trace', async () => {
    const watcher = await exportTraces({ functionName: 'a-watcher', config: all });
    const ingester = await exportTraces({ functionName: 'an-ingester', config: all });
    const events = [await emit(watcher.tracing, eventOf('1')), await emit(watcher.tracing, eventOf('2'))];
    const commit = ingester.tracing.committing(async (items: readonly { event: CloudEvent }[]) =>
      items.map(() => ({ kind: 'stored' })),
    );
    const receive = ingester.tracing.receiving(async (received) => {
      await commit(received.map((event) => ({ event })));
      return { status: 202 };
    });
    expect(await receive(events)).toEqual({ status: 202 });
    await Promise.all([watcher.stop(), ingester.stop()]);

    const spansNamed = (name: string) => receiver.spans.filter((span) => span.name === name);
    const created = spansNamed('CloudEvents Create a.type');
    const processed = spansNamed('CloudEvents Process a.type');
    const [batch, ...more] = spansNamed('commit batch');
    expect([created.length, processed.length, more.length]).toEqual([2, 2, 0]);
    expect(new Set(created.map((span) => span.traceId)).size).toBe(2);
    for (const [index, span] of processed.entries()) {
      const context = parseTraceparent(events[index]?.extensions['traceparent']);
      expect(span).toMatchObject({
        service: 'an-ingester',
        traceId: context?.traceId,
        parentSpanId: context?.spanId,
        links: [batch?.spanId],
        failed: false,
        attributes: {
          'cloudevents.event_id': String(index + 1),
          'http.response.status_code': '202',
          'kubemirror.outcome': 'stored',
        },
      });
    }
    expect(batch).toMatchObject({
      traceId: processed[0]?.traceId,
      parentSpanId: processed[0]?.spanId,
      links: processed.map((span) => span.spanId),
      attributes: { 'db.operation.batch.size': '2' },
    });
  });

  it('keeps every send of an event that comes back in one trace, and shows the failed ones', async () => {
    const { tracing, stop } = await exportTraces({ functionName: 'a-watcher', config: all });
    const kinds = ['exhausted', 'accepted'];
    const send = tracing.emitting(async () => ({ kind: kinds.shift() ?? '' }));
    const event = eventOf('1');
    await send(event, {});
    await send(event, {});
    await stop();
    expect(receiver.spans.map((span) => span.failed)).toEqual([true, false]);
    expect(receiver.spans[1]).toMatchObject({
      traceId: receiver.spans[0]?.traceId,
      parentSpanId: receiver.spans[0]?.spanId,
    });
  });

  it('shows what threw as failed, without its text', async () => {
    const { tracing, stop } = await exportTraces({ functionName: 'an-ingester', config: all });
    const commit = tracing.committing(async (_items: readonly { event: CloudEvent }[]) => {
      throw new Error('a text that may be anything');
    });
    const receive = tracing.receiving(async (events) => {
      await commit(events.map((event) => ({ event })));
      return { status: 202 };
    });
    await expect(receive([eventOf('1')])).rejects.toThrow('a text');
    await stop();
    expect(receiver.spans.map((span) => span.failed)).toEqual([true, true]);
    expect(receiver.bodies.some((body) => body.includes('a text'))).toBe(false);
  });

  it.each([
    ['always_on', '01', '01'],
    ['always_off', '00', '00'],
    ['traceidratio', '00', '00'],
    ['parentbased_always_on', '01', '00'],
    ['parentbased_always_off', '00', '00'],
    ['parentbased_traceidratio', '00', '00'],
  ] as const)(
    '%s decides for new traces and for those that nobody records',
    async (name, fresh, unrecorded) => {
      const { tracing, stop } = await exportTraces({
        functionName: 'a-watcher',
        config: { ...all, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: 0 },
      });
      const flagsOf = (event: CloudEvent) => event.extensions['traceparent']?.slice(-2);
      expect(flagsOf(await emit(tracing, eventOf('1')))).toBe(fresh);
      const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`;
      expect(flagsOf(await emit(tracing, { ...eventOf('2'), extensions: { traceparent } }))).toBe(unrecorded);
      await stop();
    },
  );

  it('shows requests in the traces of their callers, and none of a trace that nobody records', async () => {
    const { tracing, stop } = await exportTraces({
      functionName: 'a-presenter',
      config: { ...all, OTEL_TRACES_SAMPLER_ARG: 0 },
    });
    const request = { route: 'things', method: 'GET', status: 200, durationMs: 1_500, requestId: 'r' };
    const traceId = '1'.repeat(32);
    tracing.served({ ...request, traceparent: `00-${traceId}-${'2'.repeat(16)}-01` });
    tracing.served({ ...request, traceparent: `00-${traceId}-${'3'.repeat(16)}-00` });
    tracing.served(request);
    tracing.served({
      ...request,
      method: 'a text that may be anything',
      status: 503,
      traceparent: `00-${traceId}-${'4'.repeat(16)}-01`,
    });
    await stop();
    expect(receiver.spans).toMatchObject([
      {
        name: 'GET things',
        service: 'a-presenter',
        traceId,
        parentSpanId: '2'.repeat(16),
        failed: false,
        attributes: { 'http.response.status_code': '200', 'kubemirror.request_id': 'r' },
      },
      { name: '_OTHER things', parentSpanId: '4'.repeat(16), failed: true },
    ]);
    expect(receiver.bodies.some((body) => body.includes('a text that may be'))).toBe(false);
  });

  it('stops in order when the collector is away', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9');
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '500');
    const { tracing, stop } = await exportTraces({ functionName: 'a-watcher', config: all });
    await emit(tracing, eventOf('1'));
    await expect(stop()).resolves.toBeUndefined();
  });
});
