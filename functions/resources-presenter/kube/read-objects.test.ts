import { describe, expect, it } from 'vitest';
import type { KnownCaller } from '../../../lib/core/caller.ts';
import { printerOf } from '../../../lib/core/kube-table/printer-columns.ts';
import { deriveSealingKeys } from '../../../lib/core/sealed-token.ts';
import type { ServedResource } from './kube-catalog.ts';
import { type ReadDependencies, readObjects, rightOf } from './read-objects.ts';

const pods: ServedResource = {
  group: '',
  version: 'v1',
  resource: 'pods',
  kind: 'Pod',
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  printer: printerOf({ group: '', resource: 'pods' }),
};
const names = ['a', 'b', 'c'];

/** Three Pods behind a clock that tests set, at a version that tests set. */
function createReader() {
  const now = { ms: Date.parse('2026-11-20T10:00:00Z') };
  const head = { version: '7' };
  const slept: number[] = [];
  const deps: ReadDependencies = {
    catalog: { list: async () => [pods], find: async () => pods },
    source: async (_resource, _filter, { after, limit }) =>
      names
        .filter((name) => after === undefined || name > (after[0] ?? ''))
        .slice(0, limit)
        .map((name) => ({ raw: JSON.stringify({ metadata: { name } }), key: [name] })),
    versionsOf: () => ({
      head: async () => ({ position: 1, version: head.version }),
      positionOf: async () => undefined,
    }),
    continueKeys: deriveSealingKeys('a secret of this test', 'continue'),
    now: () => new Date(now.ms),
    sleep: async (ms) => {
      slept.push(ms);
      if (slept.length === 5) head.version = '9';
    },
  };
  const read = async (query: string) => {
    const answer = await readObjects(
      {
        caller: { user: { username: 'alice', groups: [] } } as unknown as KnownCaller,
        cluster: {
          cluster: 'here',
          access: {
            decide: async () => 'allowed',
            decideNow: () => 'allowed',
            findWhere: async () => ({ kind: 'everywhere' }),
          },
        },
        target: {
          group: '',
          version: 'v1',
          resource: 'pods',
          namespace: 'shop',
          name: undefined,
          subresource: undefined,
        },
        view: { cluster: undefined, at: undefined, deleted: false },
        query: new URLSearchParams(query),
        accept: null,
      },
      deps,
    );
    type Body = {
      message?: string;
      metadata: { continue?: string; resourceVersion?: string };
      items?: { metadata: { name: string } }[];
    };
    const body = (await answer.json()) as Body;
    return { code: answer.status, body, seen: body.items?.map((item) => item.metadata.name) };
  };
  return { now, head, slept, read };
}

describe('readObjects()', () => {
  it('continues a list for five minutes, at the version that it began with', async () => {
    const { now, head, read } = createReader();
    const first = await read('limit=1');
    now.ms += 299_000;
    head.version = '8';
    const second = await read(`limit=1&continue=${first.body.metadata.continue}`);
    expect([first.seen, second.seen]).toEqual([['a'], ['b']]);
    expect(second.body.metadata.resourceVersion).toBe('7');
    now.ms += 2_000;
    expect((await read(`limit=1&continue=${second.body.metadata.continue}`)).code).toBe(410);
  });

  it('gives with an expired token another one, for a rest at the present version', async () => {
    const { now, head, read } = createReader();
    const first = await read('limit=1');
    now.ms += 301_000;
    head.version = '8';
    const expired = await read(`limit=1&continue=${first.body.metadata.continue}`);
    expect(expired.code).toBe(410);
    expect(expired.body.message).toContain('The provided continue parameter is too old');
    const rest = await read(`limit=5&continue=${expired.body.metadata.continue}`);
    expect(rest.seen).toEqual(['b', 'c']);
    expect(rest.body.metadata.resourceVersion).toBe('8');
  });

  it('waits for a version that has not come yet, at most as long as an API server', async () => {
    const reached = createReader();
    expect((await reached.read('resourceVersion=9')).body.metadata.resourceVersion).toBe('9');
    expect(reached.slept).toHaveLength(5);
    const never = createReader();
    expect((await never.read('resourceVersion=10')).code).toBe(504);
    expect(never.slept.reduce((sum, ms) => sum + ms, 0)).toBe(3_000);
  });
});

describe('rightOf()', () => {
  const target = {
    group: '',
    version: 'v1',
    resource: 'pods',
    namespace: 'shop',
    name: undefined,
    subresource: undefined,
  };
  it.each([
    ['metadata.name=web', 'web'],
    ['metadata.name==web', 'web'],
    ['metadata.name=web,status.phase=Running', 'web'],
    ['status.phase!=Failed,metadata.name=web,metadata.name!=db', 'web'],
    ['metadata.name=web,metadata.name=web', 'web'],
    ['metadata.name=web,metadata.name=db', ''],
    ['metadata.name!=web', ''],
    ['metadata.namespace=web', ''],
    ['metadata.name', ''],
    ['', ''],
  ])('takes %s for a question about the name %j', (fieldSelector, name) => {
    expect(rightOf('list', target, new URLSearchParams({ fieldSelector }))).toMatchObject({ name });
    expect(rightOf('watch', { ...target, name: 'db' }, new URLSearchParams({ fieldSelector })).name).toBe(
      'db',
    );
  });
});
