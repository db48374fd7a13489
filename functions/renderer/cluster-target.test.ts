import { describe, expect, it } from 'vitest';
import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { KubernetesAnswer, KubernetesRequest } from '../../lib/core/kubernetes-request.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { createClusterTarget } from './cluster-target.ts';
import { customResource } from './custom-resource.ts';

const kind: AppConfigKind = {
  group: 'poc.gitrenderer.com',
  version: 'v1alpha1',
  resource: 'appconfigs',
  kind: 'AppConfig',
  namespace: 'default',
};
const id = '00000000-0000-4000-8000-000000000001';
const input: RenderInput = {
  id,
  row: {
    name: 'a',
    repositoryUrl: 'https://example.org/r',
    branch: 'main',
    environment: 'dev',
    generation: 2,
    deleted: false,
  },
  status: {
    generation: 2,
    deleteWanted: false,
    renderedNames: ['a'],
    phase: 'pending',
    observedGeneration: undefined,
    attempts: 0,
  },
};
const collection = '/apis/poc.gitrenderer.com/v1alpha1/namespaces/default/appconfigs';

type Request = Parameters<KubernetesRequest>[0];

function setUp(answers: (request: Request) => Partial<KubernetesAnswer> | Error) {
  const log: string[] = [];
  const sent: Request[] = [];
  const target = createClusterTarget({
    request: (request) => {
      log.push(request.method);
      sent.push(request);
      const answer = answers(request);
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ status: 200, headers: {}, body: {}, ...answer });
    },
    kind,
    fieldManager: 'kubemirror-renderer',
  });
  const render = (current: RenderInput | undefined = input, hintNames = ['a'], prune = false) =>
    target.render({
      id,
      hintNames,
      readInput: () => {
        log.push('row');
        return Promise.resolve(current);
      },
      prune,
    });
  return { target, render, log, sent };
}

const missing = { status: 404, body: { kind: 'Status', reason: 'NotFound', message: 'no' } };
function live(
  resourceVersion: string,
  changes: Partial<NonNullable<RenderInput['row']>> = {},
): KubernetesObject {
  if (input.row === undefined) throw new Error('the row of these tests is there');
  const object = customResource(id, { ...input.row, ...changes }, kind);
  return { ...object, metadata: { ...object.metadata, uid: 'u1', resourceVersion } };
}

describe('createClusterTarget()', () => {
  it('looks at the object before it reads the row, and applies under what it saw', async () => {
    const { render, log, sent } = setUp(({ method }) => ({
      body: method === 'GET' ? live('7', { generation: 1 }) : live('8'),
    }));
    expect((await render()).outcome).toEqual({
      kind: 'applied',
      revision: '8',
      changed: true,
      goneNames: [],
    });
    expect(log).toEqual(['GET', 'row', 'PATCH']);
    const patch = sent[1];
    expect(patch?.path).toBe(`${collection}/a?fieldManager=kubemirror-renderer&force=true`);
    expect(patch?.headers).toEqual({ 'content-type': 'application/apply-patch+yaml' });
    expect(JSON.parse(String(patch?.body))).toMatchObject({ metadata: { resourceVersion: '7' } });
  });

  it.each([
    [{ branch: 'a..b' }, 'branch must be a branch name that Git accepts'],
    [{ name: '../x' }, expect.stringContaining('name ')],
  ])('refuses a row that breaks a rule since it was last read: %j', async (change, message) => {
    const { render, log } = setUp(() => missing);
    if (input.row === undefined) throw new Error('the row of these tests is there');
    const { outcome } = await render({ ...input, row: { ...input.row, ...change } });
    expect(outcome).toEqual({ kind: 'refused', reason: 'Invalid', message });
    expect(log).toEqual(['GET', 'row']);
  });

  it('looks again when somebody else wrote in between, up to a bound', async () => {
    const { render, log } = setUp(({ method }) =>
      method === 'GET' ? { body: live('7', { generation: 1 }) } : { status: 409 },
    );
    expect((await render()).outcome).toMatchObject({ kind: 'failed', reason: 'Conflict' });
    expect(log.filter((entry) => entry === 'PATCH').length).toBe(5);
  });

  it('looks at names that only the row knows, and reads the row once more after that', async () => {
    const { render, log, sent } = setUp(({ method }) => (method === 'GET' ? missing : { body: live('8') }));
    await render(input, ['hint']);
    expect(log).toEqual(['GET', 'row', 'GET', 'row', 'PATCH']);
    expect(sent.map(({ path }) => path.split('?')[0])).toEqual([
      `${collection}/hint`,
      `${collection}/a`,
      `${collection}/a`,
    ]);
  });

  it('deletes one object by name, uid and version, never a collection', async () => {
    const gone: RenderInput = {
      ...input,
      row: undefined,
      status: input.status && { ...input.status, deleteWanted: true },
    };
    const { render, sent } = setUp(({ method }) =>
      method === 'GET' ? { body: live('7') } : { body: { kind: 'Status', status: 'Success' } },
    );
    expect((await render(gone)).outcome).toEqual({ kind: 'pruned', changed: true, goneNames: ['a'] });
    expect(sent[1]).toMatchObject({
      method: 'DELETE',
      path: `${collection}/a`,
      body: { preconditions: { uid: 'u1', resourceVersion: '7' } },
    });
  });

  it('addresses nothing by an empty name', async () => {
    const { render, sent } = setUp(() => missing);
    await expect(render(input, [''])).rejects.toThrow('its name is empty');
    expect(sent).toEqual([]);
  });

  it('removes nothing of a row that vanished, until that is allowed', async () => {
    const vanished: RenderInput = { ...input, row: undefined };
    const held = setUp(() => ({ body: live('7') }));
    expect((await held.render(vanished)).outcome).toEqual({ kind: 'held' });
    expect(held.log).not.toContain('DELETE');
    const allowed = setUp(({ method }) => (method === 'GET' ? { body: live('7') } : {}));
    expect((await allowed.render(vanished, ['a'], true)).outcome.kind).toBe('pruned');
  });

  it('waits for an object that a finalizer holds', async () => {
    const gone: RenderInput = {
      ...input,
      row: undefined,
      status: input.status && { ...input.status, deleteWanted: true },
    };
    const terminating = live('8');
    terminating.metadata.deletionTimestamp = '2026-11-20T12:00:00Z';
    const { render } = setUp(({ method }) => ({ body: method === 'GET' ? live('7') : terminating }));
    expect((await render(gone)).outcome).toMatchObject({ kind: 'failed', reason: 'Terminating' });
  });

  it.each([
    [422, 'Invalid', 'refused'],
    [400, 'BadRequest', 'refused'],
    [413, 'RequestEntityTooLarge', 'refused'],
    [403, 'Forbidden', 'failed'],
    [404, 'NotFound', 'failed'],
    [429, 'TooManyRequests', 'failed'],
    [500, 'InternalError', 'failed'],
    [503, 'ServiceUnavailable', 'failed'],
  ])('takes an answer of %i (%s) for %s', async (status, reason, outcome) => {
    const { render } = setUp(({ method }) =>
      method === 'GET' ? missing : { status, body: { kind: 'Status', reason, message: 'because' } },
    );
    expect((await render()).outcome).toEqual({ kind: outcome, reason, message: 'because' });
  });

  it('honours Retry-After', async () => {
    const { render } = setUp(() => ({ status: 429, headers: { 'retry-after': '7' }, body: {} }));
    expect((await render()).outcome).toMatchObject({ kind: 'failed', retryAfterMs: 7_000 });
  });

  it('takes no answer for a failure that passes', async () => {
    const { render } = setUp(() => new Error('connect ECONNREFUSED'));
    expect((await render()).outcome).toMatchObject({ kind: 'failed', reason: 'Unreachable' });
  });

  it('lists everything, page by page, and knows what is ours', async () => {
    const { target } = setUp(({ path }) => ({
      body: path.includes('continue=next')
        ? { metadata: {}, items: [{ metadata: { name: 'theirs', uid: 'u2', resourceVersion: '3' } }] }
        : { metadata: { continue: 'next' }, items: [live('7')] },
    }));
    const items = await target.list();
    expect(items.map(({ name, id: owner, version }) => [name, owner, version])).toEqual([
      ['a', id, 'u1/7'],
      ['theirs', undefined, 'u2/3'],
    ]);
    expect(items.map((item) => item.isAsWanted(input))).toEqual([true, false]);
  });

  it('lists nothing rather than half of it', async () => {
    const { target } = setUp(({ path }) =>
      path.includes('continue')
        ? { status: 410, body: { kind: 'Status', message: 'expired' } }
        : { body: { metadata: { continue: 'next' }, items: [] } },
    );
    await expect(target.list()).rejects.toThrow('expired');
  });
});
