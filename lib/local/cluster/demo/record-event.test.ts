import { describe, expect, it } from 'vitest';
import type { KubernetesRequest } from '../../../core/kubernetes-request.ts';
import { createEventRecorder } from './record-event.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0', namespace: 'shop', uid: 'u-1', resourceVersion: '7' },
};
const happening = { component: 'kubelet', host: 'worker-1', about: pod, reason: 'BackOff', message: 'again' };

function fakeCluster(statuses: number[] = []) {
  const requests: { method: string; path: string; body: Record<string, unknown> }[] = [];
  const request: KubernetesRequest = async ({ method, path, body }) => {
    requests.push({ method, path, body: body as Record<string, unknown> });
    return { status: statuses.shift() ?? 200, headers: {}, body: {} };
  };
  let nowMs = Date.parse('2026-01-02T03:04:05Z');
  const record = createEventRecorder({
    request,
    now: () => {
      nowMs += 1_000;
      return new Date(nowMs);
    },
    random: () => 0.5,
  });
  return { requests, record };
}

describe('an event recorder', () => {
  it('writes a first occurrence as a new event of its subject', async () => {
    const { requests, record } = fakeCluster();
    await record(happening);
    expect(requests).toMatchObject([
      {
        method: 'POST',
        path: '/api/v1/namespaces/shop/events?fieldManager=kubelet',
        body: {
          metadata: { name: expect.stringMatching(/^web-0\.[0-9a-f]{16}$/), namespace: 'shop' },
          involvedObject: { kind: 'Pod', name: 'web-0', namespace: 'shop', uid: 'u-1', resourceVersion: '7' },
          count: 1,
          source: { component: 'kubelet', host: 'worker-1' },
          firstTimestamp: '2026-01-02T03:04:06Z',
          lastTimestamp: '2026-01-02T03:04:06Z',
        },
      },
    ]);
  });

  it('counts repetitions up in the same event', async () => {
    const { requests, record } = fakeCluster();
    for (let i = 0; i < 3; i++) await record(happening);
    expect(requests.map(({ method, body }) => [method, body['count']])).toEqual([
      ['POST', 1],
      ['PATCH', 2],
      ['PATCH', 3],
    ]);
    const names = requests.map(({ path, body }) =>
      body['metadata'] === undefined ? path.split(/[/?]/)[6] : (body['metadata'] as { name: string }).name,
    );
    expect(new Set(names).size).toBe(1);
  });

  it('keeps what is said about others, by others or otherwise apart', async () => {
    const { requests, record } = fakeCluster();
    await record(happening);
    await record({ ...happening, message: 'else' });
    await record({ ...happening, component: 'other' });
    await record({ ...happening, about: { ...pod, metadata: { ...pod.metadata, uid: 'u-2' } } });
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'POST']);
  });

  it('writes an event that has expired anew, with its count', async () => {
    const { requests, record } = fakeCluster([201, 404, 201]);
    await record(happening);
    await record(happening);
    expect(requests.map(({ method, body }) => [method, body['count']])).toEqual([
      ['POST', 1],
      ['PATCH', 2],
      ['POST', 2],
    ]);
    expect(requests[2]?.body).toMatchObject({ firstTimestamp: '2026-01-02T03:04:06Z' });
  });

  it('lets go of an event that the cluster refuses', async () => {
    const { requests, record } = fakeCluster([403, 201]);
    await record(happening);
    await record(happening);
    expect(requests.map(({ method, body }) => [method, body['count']])).toEqual([
      ['POST', 1],
      ['POST', 1],
    ]);
  });
});
