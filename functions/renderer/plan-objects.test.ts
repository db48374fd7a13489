import { describe, expect, it } from 'vitest';
import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { RenderInput, RenderRow, RenderStatus } from '../../lib/postgres/app-configs/render-input.ts';
import { customResource } from './custom-resource.ts';
import { planObjects } from './plan-objects.ts';

const kind: AppConfigKind = {
  group: 'poc.gitrenderer.com',
  version: 'v1alpha1',
  resource: 'appconfigs',
  kind: 'AppConfig',
  namespace: 'default',
};
const mine = '00000000-0000-4000-8000-000000000001';
const other = '00000000-0000-4000-8000-000000000002';

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
  phase: 'pending',
  observedGeneration: 2,
  attempts: 0,
};
const input = (changes: Partial<RenderInput> = {}): RenderInput => ({ id: mine, row, status, ...changes });

function live(id: string, changes: Partial<RenderRow> = {}): KubernetesObject {
  const object = customResource(id, { ...row, ...changes }, kind);
  return { ...object, metadata: { ...object.metadata, uid: `uid-${id}`, resourceVersion: '7' } };
}
const found = (...objects: KubernetesObject[]) =>
  new Map(objects.map((object) => [object.metadata.name ?? '', object]));

describe('planObjects()', () => {
  it('creates what is missing', () => {
    const plan = planObjects(input(), found(), kind);
    expect(plan.apply).toEqual(customResource(mine, row, kind));
    expect(plan.deletes).toEqual([]);
  });

  it('leaves alone what is as wanted, whatever others have added', () => {
    const object = live(mine);
    object.metadata.labels = { ...object.metadata.labels, theirs: 'yes' };
    const plan = planObjects(input(), found(object), kind);
    expect(plan).toEqual({ deletes: [], apply: undefined, terminating: [], unchanged: object });
  });

  it.each<[string, KubernetesObject]>([
    ['a changed field', { ...live(mine), spec: { ...(live(mine)['spec'] as object), branch: 'theirs' } }],
    ['an older generation', live(mine, { generation: 2 })],
    ['a newer generation, as after the restore of a backup', live(mine, { generation: 9 })],
    ['lost labels', { ...live(mine), metadata: { ...live(mine).metadata, labels: {} } }],
  ])('puts right %s, under the version that was read', (_, object) => {
    const plan = planObjects(input(), found(object), kind);
    expect(plan.apply?.metadata.resourceVersion).toBe('7');
    expect(plan.apply?.['spec']).toEqual(live(mine)['spec']);
  });

  it('deletes what has an old name and still is ours, by uid and version', () => {
    const plan = planObjects(
      input({ status: { ...status, renderedNames: ['old', 'a'] } }),
      found(live(mine, { name: 'old' }), live(mine)),
      kind,
    );
    expect(plan.deletes).toEqual([{ name: 'old', uid: `uid-${mine}`, resourceVersion: '7' }]);
  });

  it('leaves alone what has an old name and is another AppConfig by now', () => {
    const plan = planObjects(
      input({ status: { ...status, renderedNames: ['old', 'a'] } }),
      found(live(other, { name: 'old' })),
      kind,
    );
    expect(plan.deletes).toEqual([]);
  });

  it('takes over the name of an AppConfig that is gone', () => {
    const plan = planObjects(input(), found(live(other)), kind);
    expect(plan.apply?.metadata).toMatchObject({
      labels: { 'kubemirror.io/appconfig-id': mine },
      resourceVersion: '7',
    });
  });

  it.each([
    ['softly', input({ row: { ...row, deleted: true } })],
    ['for good', input({ row: undefined })],
  ])('deletes everything of a row that was deleted %s', (_, deleted) => {
    const plan = planObjects(deleted, found(live(mine)), kind);
    expect(plan.deletes.map(({ name }) => name)).toEqual(['a']);
    expect(plan.apply).toBeUndefined();
  });

  it('waits for an object that is going away', () => {
    const object = live(mine);
    object.metadata.deletionTimestamp = '2026-11-20T12:00:00Z';
    const plan = planObjects(input(), found(object), kind);
    expect(plan).toMatchObject({ deletes: [], apply: undefined, terminating: ['a'] });
  });
});
