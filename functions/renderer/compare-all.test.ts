import { describe, expect, it } from 'vitest';
import type { RenderInput, RenderStatus } from '../../lib/postgres/app-configs/render-input.ts';
import { compareAll, type Difference, pruneObstacle } from './compare-all.ts';
import type { RenderedItem } from './render-target.ts';

const applied: RenderStatus = {
  generation: 1,
  deleteWanted: false,
  renderedNames: ['a'],
  phase: 'applied',
  observedGeneration: 1,
  attempts: 0,
};

function input(id: string, name: string, status: Partial<RenderStatus> = {}): RenderInput {
  return {
    id,
    row: { name, repositoryUrl: '', branch: '', environment: '', generation: 1, deleted: false },
    status: { ...applied, renderedNames: [name], ...status },
  };
}
const item = (name: string, id: string | undefined, isWanted = true): RenderedItem => ({
  name,
  id,
  version: '1',
  isAsWanted: () => isWanted,
});

describe('compareAll()', () => {
  it('finds nothing where all is as wanted', () => {
    expect(compareAll([item('a', '1')], [input('1', 'a')])).toEqual({
      toRender: [],
      orphans: [],
      vanished: [],
      ours: 1,
      wanted: 1,
    });
  });

  it.each<[string, RenderedItem[], RenderInput]>([
    ['missing', [], input('1', 'a')],
    ['different', [item('a', '1', false)], input('1', 'a')],
    ['as wanted, but was not recorded as such', [item('a', '1')], input('1', 'a', { phase: 'pending' })],
    [
      'under an old name',
      [item('a', '1'), item('old', '1')],
      input('1', 'a', { renderedNames: ['a', 'old'] }),
    ],
    [
      'to be deleted',
      [item('a', '1')],
      { id: '1', row: undefined, status: { ...applied, deleteWanted: true } },
    ],
  ])('asks for a rendering of what is %s', (_, items, one) => {
    expect(compareAll(items, [one])).toMatchObject({ toRender: ['1'], orphans: [] });
  });

  it.each<[string, Partial<RenderStatus>]>([
    ['failed and has its own time', { phase: 'failed' }],
    ['refused for this content', { phase: 'refused' }],
  ])('leaves alone what %s', (_, status) => {
    expect(compareAll([], [input('1', 'a', status)]).toRender).toEqual([]);
  });

  it('knows orphans: of no row, and copies under names that were never rendered', () => {
    const { orphans } = compareAll(
      [item('a', '1'), item('copy', '1'), item('lost', '9'), item('theirs', undefined)],
      [input('1', 'a')],
    );
    expect(orphans.map(({ name }) => name)).toEqual(['copy', 'lost']);
  });

  it('knows rows that vanished without a delete', () => {
    const vanished: RenderInput = { id: '1', row: undefined, status: applied };
    expect(compareAll([item('a', '1')], [vanished])).toMatchObject({
      vanished: ['1'],
      toRender: [],
      orphans: [],
    });
  });
});

describe('pruneObstacle()', () => {
  const limits = { maxCount: 10, maxPercent: 20 };
  const difference = (count: number, ours: number, wanted = 1): Difference => ({
    toRender: [],
    orphans: Array.from({ length: count }, (_, index) => item(`o${index}`, 'x')),
    vanished: [],
    ours,
    wanted,
  });

  it.each([
    [0, 100, true],
    [10, 12, true],
    [11, 100, true],
    [21, 100, false],
    [20, 100, true],
    [11, 12, false],
  ])('lets %i of %i go: %s', (count, ours, allowed) => {
    expect(pruneObstacle(difference(count, ours), limits) === undefined).toBe(allowed);
  });

  it('lets nothing go where no AppConfig is left at all', () => {
    expect(pruneObstacle(difference(1, 1, 0), limits)).toBeTypeOf('string');
  });
});
