import { describe, expect, it } from 'vitest';
import { compareRendering, type Rendered, type WantedConfig } from './compare-rendering.ts';

const row = (fields: Partial<WantedConfig> = {}): WantedConfig => ({
  id: 'i',
  name: 'n',
  generation: 2,
  repositoryUrl: 'https://example.org/r',
  branch: 'main',
  environment: 'dev',
  isValid: true,
  deleted: false,
  phase: 'applied',
  observedGeneration: 2,
  ...fields,
});
const spec = {
  id: 'i',
  name: 'n',
  repository_url: 'https://example.org/r',
  branch: 'main',
  environment: 'dev',
};
const object = (fields: Partial<Rendered> = {}): Rendered => ({
  name: 'n',
  id: 'i',
  generation: 2,
  spec,
  ...fields,
});
const counts = (rows: WantedConfig[], objects: Rendered[]) =>
  Object.fromEntries(
    Object.entries(compareRendering(rows, objects)).flatMap(([what, list]) =>
      list.length === 0 ? [] : [[what, list.length]],
    ),
  );

describe('compareRendering()', () => {
  it('finds nothing where all is as it should be', () => {
    expect(counts([row()], [object(), object({ name: 'foreign', id: undefined })])).toEqual({});
  });

  it.each<[string, WantedConfig[], Rendered[], Record<string, number>]>([
    ['a row without its object', [row()], [], { lost: 1 }],
    ['an object of somebody else', [row()], [object({ id: undefined })], { lost: 1 }],
    ['an older generation', [row()], [object({ generation: 1 })], { stale: 1 }],
    ['another content', [row()], [object({ spec: { ...spec, branch: 'x' } })], { stale: 1 }],
    ['an object of no row', [], [object()], { zombies: 1 }],
    [
      'an object under an old name',
      [row()],
      [object(), object({ name: 'o' })],
      { zombies: 1, duplicates: 1 },
    ],
    ['a generation that nobody has dealt with', [row({ phase: 'pending' })], [object()], { statuses: 1 }],
    ['a status of an older generation', [row({ observedGeneration: 1 })], [object()], { statuses: 1 }],
    ['content that should be refused', [row({ isValid: false })], [], { statuses: 1 }],
    ['a delete that is not confirmed', [row({ deleted: true })], [], { statuses: 1 }],
  ])('finds %s', (_what, rows, objects, expected) => {
    expect(counts(rows, objects)).toEqual(expected);
  });

  it('lets stay what was there before its row was refused', () => {
    const refused = row({ isValid: false, phase: 'refused', name: 'new' });
    expect(counts([refused], [object({ generation: 1 })])).toEqual({});
  });
});
