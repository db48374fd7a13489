import { describe, expect, it } from 'vitest';
import type { AccessAttributes } from '../../lib/core/access-attributes.ts';
import type { AppConfigRow } from '../../lib/postgres/app-configs/app-config-row.ts';
import type { WriteOutcome } from '../../lib/postgres/app-configs/write-app-config.ts';
import { createOperations, type Decision } from './operations.ts';

const id = '00000000-0000-4000-8000-000000000001';
const user = { username: 'alice', groups: [] };
const any = { kind: 'any' } as const;

const row: AppConfigRow = {
  id,
  name: 'a',
  repository_url: 'https://example.org/r',
  branch: 'main',
  environment: 'dev',
  generation: 3,
  created_at_text: '2026-11-20 12:00:00+00',
  created_at: new Date(0),
  updated_at: new Date(0),
  changed_by: null,
  deleted_at: null,
  phase: 'applied',
  observed_generation: 3,
  reason: null,
  message: null,
  next_retry_at: null,
  rendered_at: new Date(0),
  revision: '7',
};

function setUp(
  options: {
    readonly decide?: (attributes: AccessAttributes) => Decision;
    readonly found?: AppConfigRow | undefined;
    readonly written?: WriteOutcome;
  } = {},
) {
  const asked: string[] = [];
  const written: unknown[] = [];
  const write = (change: unknown): Promise<WriteOutcome> => {
    written.push(change);
    return Promise.resolve(options.written ?? { kind: 'written', id });
  };
  const operations = createOperations({
    kind: { group: 'g', version: 'v1', resource: 'appconfigs', kind: 'AppConfig', namespace: 'ns' },
    decide: (_, attributes) => {
      asked.push(`${attributes.verb} ${attributes.name}`.trim());
      return Promise.resolve(options.decide?.(attributes) ?? 'allowed');
    },
    list: () => Promise.resolve([row]),
    get: () => Promise.resolve('found' in options ? options.found : row),
    insert: (fields) => write(fields),
    update: write,
    remove: write,
    history: () => Promise.resolve([]),
  });
  return { operations, asked, written };
}

describe('createOperations()', () => {
  it.each([
    [
      'list',
      (o: ReturnType<typeof setUp>['operations']) =>
        o.list(user, { withDeleting: false }, { skip: 0, limit: 1 }),
      ['list'],
    ],
    ['get', (o: ReturnType<typeof setUp>['operations']) => o.get(user, id), ['get a']],
    [
      'create',
      (o: ReturnType<typeof setUp>['operations']) =>
        o.create(user, { name: 'n', repository_url: 'r', branch: 'b', environment: 'e' }),
      ['create'],
    ],
    [
      'update',
      (o: ReturnType<typeof setUp>['operations']) =>
        o.update(user, { id, verb: 'update', fields: { branch: 'x' }, ifMatch: any }),
      ['update a'],
    ],
    [
      'rename',
      (o: ReturnType<typeof setUp>['operations']) =>
        o.update(user, { id, verb: 'patch', fields: { name: 'b' }, ifMatch: any }),
      ['patch a', 'create', 'delete a'],
    ],
    [
      'delete',
      (o: ReturnType<typeof setUp>['operations']) => o.remove(user, { id, ifMatch: any }),
      ['delete a'],
    ],
    ['history', (o: ReturnType<typeof setUp>['operations']) => o.history(user, id, { limit: 1 }), ['get']],
  ] as const)('asks for the rights that %s takes', async (_, run, expected) => {
    const { operations, asked } = setUp();
    await run(operations);
    expect(asked).toEqual(expected);
  });

  it('writes nothing without the right, and says for want of which', async () => {
    const { operations, written } = setUp({
      decide: ({ verb }) => (verb === 'delete' ? 'denied' : 'allowed'),
    });
    expect(
      await operations.update(user, { id, verb: 'update', fields: { name: 'b' }, ifMatch: any }),
    ).toEqual({ kind: 'forbidden', verb: 'delete' });
    expect(written).toEqual([]);
  });

  it('takes unknown rights for none', async () => {
    const { operations, written } = setUp({ decide: () => 'unknown' });
    expect(await operations.remove(user, { id, ifMatch: any })).toEqual({ kind: 'rights-unknown' });
    expect(written).toEqual([]);
  });

  it('tells only those who may read any that there is none', async () => {
    const nobody = setUp({ found: undefined, decide: ({ name }) => (name === '' ? 'denied' : 'allowed') });
    expect(await nobody.operations.get(user, id)).toEqual({ kind: 'forbidden', verb: 'get' });
    const somebody = setUp({ found: undefined });
    expect(await somebody.operations.get(user, id)).toEqual({ kind: 'not-found' });
  });

  it('expects the generation that was named', async () => {
    const { operations, written } = setUp({ written: { kind: 'unmatched' } });
    const ifMatch = { kind: 'generations', generations: [2] } as const;
    expect(await operations.update(user, { id, verb: 'update', fields: { branch: 'x' }, ifMatch })).toEqual({
      kind: 'changed',
    });
    expect(written).toMatchObject([{ generations: [2] }]);
  });

  it('renames only the row whose name the rights were asked for', async () => {
    const { operations, written } = setUp();
    await operations.update(user, { id, verb: 'update', fields: { name: 'b' }, ifMatch: any });
    expect(written).toMatchObject([{ generations: [3] }]);
  });

  it('takes what is being deleted for gone', async () => {
    const { operations } = setUp({ found: { ...row, deleted_at: new Date(0) } });
    expect(await operations.update(user, { id, verb: 'update', fields: {}, ifMatch: any })).toEqual({
      kind: 'not-found',
    });
    expect(await operations.remove(user, { id, ifMatch: any })).toEqual({ kind: 'not-found' });
    expect((await operations.get(user, id)).kind).toBe('row');
  });
});
