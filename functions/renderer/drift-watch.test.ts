import { describe, expect, it } from 'vitest';
import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { ReflectorChange } from '../../lib/core/reflector-change.ts';
import type { RenderInput, RenderRow, RenderStatus } from '../../lib/postgres/app-configs/render-input.ts';
import { customResource } from './custom-resource.ts';
import { createDriftWatch } from './drift-watch.ts';
import { createFightDetector, defaultFightLimits } from './fight-detector.ts';
import type { ReconcileRequest } from './reconcile.ts';

const kind: AppConfigKind = {
  group: 'poc.gitrenderer.com',
  version: 'v1alpha1',
  resource: 'appconfigs',
  kind: 'AppConfig',
  namespace: 'default',
};
const id = '00000000-0000-4000-8000-000000000001';
const row: RenderRow = {
  name: 'a',
  repositoryUrl: 'https://example.org/r',
  branch: 'main',
  environment: 'dev',
  generation: 3,
  deleted: false,
};
const status: RenderStatus = {
  generation: 3,
  deleteWanted: false,
  renderedNames: ['a'],
  phase: 'applied',
  observedGeneration: 3,
  attempts: 0,
};
const settled: RenderInput = { id, row, status };
const underWay: RenderInput = { id, row, status: { ...status, phase: 'pending', observedGeneration: 2 } };
const refused: RenderInput = { id, row, status: { ...status, phase: 'refused' } };
const deleting: RenderInput = { id, row: { ...row, deleted: true }, status: { ...status, phase: 'pending' } };

const object = (changes: Partial<RenderRow> = {}): KubernetesObject =>
  customResource(id, { ...row, ...changes }, kind);
const seen = (what: KubernetesObject): ReflectorChange => ({
  kind: 'upserted',
  object: what,
  cause: 'watched',
  isFirst: false,
  receivedBytes: 0,
  atMostBytes: 0,
});
const gone = (what: KubernetesObject): ReflectorChange => ({
  kind: 'deleted',
  object: what,
  receivedBytes: 0,
});

function setUp(first: RenderInput = settled) {
  let input: RenderInput | undefined = first;
  const requests: ReconcileRequest[] = [];
  const drifts: string[] = [];
  let fullDiffs = 0;
  const watch = createDriftWatch({
    kind,
    fieldManager: 'kubemirror-renderer',
    readInput: () => Promise.resolve(input),
    request: (_id, request) => requests.push(request),
    requestFullDiff: () => {
      fullDiffs += 1;
    },
    fights: createFightDetector(() => 0, defaultFightLimits),
    observe: (drift) => drifts.push(drift),
  });
  return {
    watch,
    drifts,
    requests,
    fullDiffs: () => fullDiffs,
    become: (next: RenderInput | undefined) => {
      input = next;
    },
  };
}

describe('createDriftWatch()', () => {
  it('leaves alone what is as its row wants it', async () => {
    const { watch, requests, fullDiffs } = setUp();
    await watch.onChange(seen(object()));
    expect([requests, fullDiffs()]).toEqual([[], 0]);
  });

  it.each([
    ['changed', seen(object({ branch: 'tampered' }))],
    ['deleted', gone(object())],
  ])('asks for a rendering of what somebody %s', async (drift, change) => {
    const { watch, requests, drifts } = setUp();
    await watch.onChange(change);
    expect(requests).toMatchObject([{ force: true }]);
    expect(drifts).toEqual([drift]);
  });

  it.each([
    ['a change', seen(object({ branch: 'tampered' }))],
    ['a delete', gone(object())],
  ])('judges %s in the moment before a rendering was recorded once it is', async (_what, change) => {
    const { watch, requests, become } = setUp(underWay);
    await watch.onChange(change);
    await watch.recheck();
    expect(requests).toEqual([]);
    become(settled);
    await watch.recheck();
    await watch.recheck();
    expect(requests).toMatchObject([{ force: true }]);
  });

  it('forgets what it could not judge when our own write comes by', async () => {
    const { watch, requests, become } = setUp(underWay);
    await watch.onChange(seen(object({ branch: 'tampered' })));
    await watch.onChange(seen(object()));
    become(settled);
    await watch.recheck();
    expect(requests).toEqual([]);
  });

  it('waits for nothing once what is being deleted is gone', async () => {
    const { watch, requests, fullDiffs, become } = setUp(deleting);
    await watch.onChange(seen(object()));
    await watch.onChange(gone(object()));
    become(undefined);
    await watch.recheck();
    expect([requests, fullDiffs()]).toEqual([[], 0]);
  });

  it('looks again, but sees no fight, where an older generation comes by late', async () => {
    const { watch, requests, drifts } = setUp();
    for (let time = 0; time < 20; time += 1) await watch.onChange(seen(object({ generation: 2 })));
    expect(requests.every(({ force, fight }) => force && fight === undefined)).toBe(true);
    expect(drifts).toEqual([]);
  });

  it('leaves alone what is left of a row that is refused', async () => {
    const { watch, requests } = setUp(refused);
    await watch.onChange(seen(object({ branch: 'older', generation: 2 })));
    await watch.recheck();
    expect(requests).toEqual([]);
  });

  it.each([
    ['of no row', undefined, object()],
    ['under a name that its row never had', settled, object({ name: 'b' })],
  ])('asks for a comparison of everything where an object %s is seen', async (_what, input, what) => {
    const { watch, requests, fullDiffs, become } = setUp();
    become(input);
    await watch.onChange(seen(what));
    expect([requests, fullDiffs()]).toEqual([[], 1]);
  });
});
