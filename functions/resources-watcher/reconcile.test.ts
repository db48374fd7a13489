import { describe, expect, it } from 'vitest';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import type { Reflector } from '../../lib/kubernetes/reflector.ts';
import { createScriptedApiServer, statusAnswer } from '../../test/support/scripted-api-server.ts';
import { createVirtualClock } from '../../test/support/virtual-clock.ts';
import { reconcile } from './reconcile.ts';

const target = {
  kind: { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' },
  namespace: '',
  custom: false,
};

describe('reconcile()', () => {
  it('emits what exists as manifests at the version of the list', async () => {
    const { server, run, changes } = createWorld();
    server.put('b', {}, { namespace: 'a-b' });
    server.put('a', {}, { namespace: 'a' });
    const outcome = await run();
    expect(outcome).toEqual({
      kind: 'reconciled',
      count: 2,
      missedByWatch: 0,
      resourceVersion: server.version(),
    });
    expect(changes).toMatchObject([{ kind: 'manifest', index: 0, listResourceVersion: server.version() }]);
    expect(changes[0]?.kind === 'manifest' && changes[0].range.entries.map((entry) => entry[0])).toEqual([
      'a',
      'a-b',
    ]);
  });

  it('counts what the watch should have brought by then, and not what may still be on its way', async () => {
    const { server, run, known } = createWorld();
    const object = server.put('a');
    known.set('shop/a', { uid: object.metadata.uid ?? '', resourceVersion: '1', epoch: 0 });
    expect(await run({ resourceVersion: '1' })).toMatchObject({ missedByWatch: 0 });
    expect(await run({ resourceVersion: '999' })).toMatchObject({ missedByWatch: 1 });
  });

  it('lists everything at once where the token expired', async () => {
    const { server, run, changes } = createWorld();
    for (let index = 0; index < 300; index += 1) server.put(`c-${index}`);
    server.answerNextList(() => undefined);
    server.answerNextList(statusAnswer(410, 'Expired'));
    expect(await run()).toMatchObject({ kind: 'reconciled', count: 300 });
    expect(server.requests.at(-1)).toBe('/api/v1/configmaps');
    expect(changes).toHaveLength(1);
  });

  it('emits nothing where the list is refused', async () => {
    const { server, run, changes } = createWorld();
    server.answerNextList(statusAnswer(403, 'Forbidden'));
    expect(await run()).toEqual({ kind: 'failed', reason: 'forbidden' });
    expect(changes).toEqual([]);
  });
});

function createWorld() {
  const server = createScriptedApiServer();
  const clock = createVirtualClock();
  const changes: ReflectorChange[] = [];
  const known = new Map<string, { uid: string; resourceVersion: string; epoch: number }>();
  const run = (status: { resourceVersion?: string } = {}) => {
    const reflector: Pick<Reflector, 'known' | 'status'> = {
      known: { size: () => known.size, get: (namespace, name) => known.get(`${namespace}/${name}`) },
      status: () => ({
        phase: 'watching',
        synced: true,
        listed: true,
        resourceVersion: status.resourceVersion ?? server.version(),
        heardAtMs: 0,
        attemptAtMs: 0,
      }),
    };
    return reconcile(target, reflector, {
      request: server.request,
      signal: new AbortController().signal,
      nowMs: clock.nowMs,
      random: () => 0.5,
      sleep: clock.sleep,
      beginList: async () => () => {},
      emit: (_target, change) => {
        changes.push(change);
      },
    });
  };
  return { server, run, changes, known };
}
