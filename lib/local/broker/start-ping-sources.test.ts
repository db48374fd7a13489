import { expect, it } from 'vitest';
import type { Post, PostResult } from '../../cloudevents/create-poster.ts';
import { decodeHttpEvents } from '../../cloudevents/decode-http-event.ts';
import type { Log } from '../../runtime/log.ts';
import { startPingSources } from './start-ping-sources.ts';

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const source = {
  namespace: 'kubemirror',
  name: 'deviser',
  schedule: '7 * * * *',
  contentType: 'application/json',
  data: '{"a":1}',
  sink: { ref: { kind: 'Service', name: 'deviser' } },
};

function answer(status: number): PostResult {
  return { kind: 'answer', status, headers: {}, body: Buffer.alloc(0) };
}

it('startPingSources sends the data of the manifest when it is due, again after a failure, until it is stopped', async () => {
  const stop = new AbortController();
  const posted: Parameters<Post>[0][] = [];
  const schedules: string[] = [];
  const running = startPingSources({
    manifests: { brokers: [], triggers: [], pingSources: [source] },
    resolve: () => ({ kind: 'url', url: new URL('http://deviser/') }),
    nextMs: (schedule, afterMs) => {
      schedules.push(schedule);
      return afterMs + 1;
    },
    post: async (request) => {
      posted.push(request);
      if (posted.length === 3) stop.abort(new Error('enough'));
      return answer(posted.length === 1 ? 503 : 204);
    },
    signal: stop.signal,
    log: silent,
  });
  await Promise.all(running);
  const events = posted.map(({ headers, body }) => {
    const decoded = decodeHttpEvents(headers, Buffer.from(body));
    return decoded.kind === 'events' ? decoded.events[0] : undefined;
  });
  expect(events[0]).toMatchObject({
    type: 'dev.knative.sources.ping',
    source: '/apis/v1/namespaces/kubemirror/pingsources/deviser',
    data: { a: 1 },
  });
  // The second call repeats the first ping, the third is the next one.
  expect(events[1]?.id).toBe(events[0]?.id);
  expect(events[2]?.id).not.toBe(events[0]?.id);
  expect(new Set(schedules)).toEqual(new Set(['7 * * * *']));
});

it('startPingSources leaves out a sink that is not there', async () => {
  const stop = new AbortController();
  const warnings: object[] = [];
  const running = startPingSources({
    manifests: { brokers: [], triggers: [], pingSources: [source] },
    resolve: () => ({ kind: 'unresolved', reason: 'no service "deviser"' }),
    nextMs: (_schedule, afterMs) => afterMs + 1,
    post: async () => answer(202),
    signal: stop.signal,
    log: {
      ...silent,
      warn: (fields) => {
        warnings.push(fields);
        stop.abort(new Error('enough'));
      },
    },
  });
  await Promise.all(running);
  expect(warnings).toEqual([{ pingSource: 'deviser', reason: 'no service "deviser"' }]);
});
