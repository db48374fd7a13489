import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { itOnDouble } from '../../test/support/cluster.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type RenderingWorld, renderingWorld } from '../../test/support/rendering-world.ts';
import { type FunctionProcess, startFunction } from '../../test/support/start-function.ts';

let world: RenderingWorld;
let api: FunctionProcess;
let renderer: FunctionProcess;
/** ServiceAccounts, because no cluster makes other users. */
const users: Record<string, { readonly username: string; readonly token: string }> = {};
const bearer = (user: string): string => `Bearer ${users[user]?.token ?? 'nobody-token'}`;

beforeAll(async () => {
  world = await renderingWorld();
  // Alice may do everything to AppConfigs in the namespace, bob may read the one named `shared`.
  const apiGroups = [world.environment['APPCONFIG_GROUP'] ?? ''];
  for (const name of ['alice', 'bob']) users[name] = await world.cluster.createUser(world.namespace, name);
  await grant('alice', [{ apiGroups, resources: ['appconfigs'], verbs: ['*'] }]);
  await grant('bob', [
    {
      apiGroups,
      resources: ['appconfigs'],
      resourceNames: ['shared'],
      verbs: ['get', 'watch'],
    },
  ]);
  [api, renderer] = await Promise.all([
    startFunction('appconfigs-api', { ...world.environment, ACCESS_CACHE_TTL: '100ms' }),
    startFunction('renderer', { ...world.environment, UNTOLD_AFTER: '10ms' }),
  ]);
});
afterAll(async () => {
  await Promise.all([api.kill(), renderer.kill()]);
  await world.close();
});
beforeEach(async () => {
  await world.database.pool.query('update app_configs set deleted_at = now() where deleted_at is null');
});

async function grant(user: string, rules: object[]): Promise<void> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${world.namespace}`;
  const create = async (path: string, body: object) => {
    const answer = await world.request({ method: 'POST', path: `${rbac}/${path}`, body });
    expect(answer.status).toBe(201);
  };
  await create('roles', { metadata: { name: user }, rules });
  await create('rolebindings', {
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: user },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: users[user]?.username }],
  });
}

type Body = Record<string, unknown> & { readonly id: string; readonly status: Record<string, unknown> };

async function call(
  method: string,
  path: string,
  options: {
    readonly body?: unknown;
    readonly user?: string | null;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<{ status: number; headers: Headers; body: Body; list: Body[] }> {
  const user = options.user === undefined ? 'alice' : options.user;
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: {
      ...(user === null ? {} : { authorization: bearer(user) }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const body = (await response.json()) as Body;
  return { status: response.status, headers: response.headers, body, list: body as unknown as Body[] };
}

const fields = (name: string) => ({
  name,
  repository_url: `https://example.org/${name}`,
  branch: 'main',
  environment: 'dev',
});

describe("the seed's part of the API", () => {
  it("creates, reads, changes and deletes, with the seed's bodies", async () => {
    const created = await call('POST', '/appconfigs/', { body: fields('one') });
    expect(created.status).toBe(200);
    expect(created.body).toMatchObject({
      ...fields('one'),
      generation: 1,
      changed_by: users['alice']?.username,
    });
    const path = `/appconfigs/${created.body.id}`;
    expect(created.headers.get('location')).toBe(path);
    expect((await call('GET', path)).body).toMatchObject(fields('one'));
    expect((await call('GET', '/appconfigs/?skip=0&limit=100')).list.map(({ id }) => id)).toEqual([
      created.body.id,
    ]);
    const changed = await call('PUT', path, { body: { branch: 'next' } });
    expect(changed.body).toMatchObject({ ...fields('one'), branch: 'next', generation: 2 });
    expect(await call('DELETE', path)).toMatchObject({ status: 200, body: { ok: true } });
    await eventually(async () => {
      expect(await call('GET', path)).toMatchObject({
        status: 404,
        body: { detail: 'AppConfig not found', kind: 'Status', code: 404 },
      });
    });
  });

  it('leaves a row as it is that is written back whole', async () => {
    const { body } = await call('POST', '/appconfigs', { body: fields('whole') });
    const again = await call('PUT', `/appconfigs/${body.id}`, { body });
    expect(again.body).toMatchObject({ generation: 1 });
  });
});

describe('a field', () => {
  it.each(['', '../x', '/etc/x', 'a/b', 'Ünï', 'UPPER', 'a'.repeat(300), 'a\u0000b', ' ', null, 7])(
    'is refused as a name: %j',
    async (name) => {
      const answer = await call('POST', '/appconfigs', { body: { ...fields('x'), name } });
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ details: { causes: [{ field: 'name' }] } });
    },
  );

  it.each([
    ['repository_url', 'not a url'],
    ['repository_url', 'https://user:secret@example.org/r'],
    ['repository_url', 'file:///etc/passwd'],
    ['branch', 'a..b'],
    ['branch', '-x'],
    ['environment', ''],
    ['environment', null],
  ])('%s is refused as %j, and the answer repeats no secret', async (field, value) => {
    const answer = await call('POST', '/appconfigs', { body: { ...fields('x'), [field]: value } });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ details: { causes: [{ field }] } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('is named when it is missing, each of them', async () => {
    const answer = await call('POST', '/appconfigs', { body: {} });
    expect(answer.status).toBe(400);
    const { causes } = answer.body['details'] as { causes: { field: string }[] };
    expect(causes.map(({ field }) => field).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'environment',
      'name',
      'repository_url',
    ]);
  });

  it.each(['[]', '"x"', 'null', '{', ''])('is looked for in vain in the body %j', async (text) => {
    const response = await fetch(`${api.url}/appconfigs`, {
      method: 'POST',
      headers: { authorization: bearer('alice') },
      body: text,
    });
    expect(response.status).toBe(400);
  });

  it('is too large with the body', async () => {
    const answer = await call('POST', '/appconfigs', {
      body: { ...fields('x'), filling: 'x'.repeat(100_000) },
    });
    expect(answer.status).toBe(413);
  });
});

describe('writers that meet', () => {
  it('learn that a name is taken', async () => {
    await call('POST', '/appconfigs', { body: fields('taken') });
    expect((await call('POST', '/appconfigs', { body: fields('taken') })).status).toBe(409);
    const other = await call('POST', '/appconfigs', { body: fields('other') });
    expect((await call('PUT', `/appconfigs/${other.body.id}`, { body: { name: 'taken' } })).status).toBe(409);
  });

  it('do not overwrite what they have not read, if they say what that was', async () => {
    const { body, headers } = await call('POST', '/appconfigs', { body: fields('contested') });
    const path = `/appconfigs/${body.id}`;
    const etag = headers.get('etag') ?? '';
    const first = await call('PUT', path, { body: { branch: 'b1' }, headers: { 'if-match': etag } });
    expect(first.status).toBe(200);
    const late = await call('PUT', path, { body: { branch: 'b2' }, headers: { 'if-match': etag } });
    expect(late.status).toBe(412);
    expect((await call('DELETE', path, { headers: { 'if-match': etag } })).status).toBe(412);
    expect((await call('PUT', path, { body: {}, headers: { 'if-match': 'nonsense' } })).status).toBe(400);
    const fresh = first.headers.get('etag') ?? '';
    expect((await call('DELETE', path, { headers: { 'if-match': fresh } })).status).toBe(200);
  });

  it('can take a name at once that was just given up', async () => {
    const { body } = await call('POST', '/appconfigs', { body: fields('reused') });
    await call('DELETE', `/appconfigs/${body.id}`);
    expect((await call('POST', '/appconfigs', { body: fields('reused') })).status).toBe(200);
  });
});

describe('lists', () => {
  it('come in pages that miss and repeat nothing while others write', async () => {
    for (let index = 0; index < 7; index += 1) {
      await call('POST', '/appconfigs', { body: fields(`page-${index}`) });
    }
    const seen: unknown[] = [];
    let path: string | undefined = '/appconfigs?limit=3';
    while (path !== undefined) {
      const page: Awaited<ReturnType<typeof call>> = await call('GET', path);
      expect(page.list.length).toBeLessThanOrEqual(3);
      seen.push(...page.list.map(({ name }) => name));
      const first = page.list[0];
      await call('PUT', `/appconfigs/${first?.id ?? ''}`, { body: { branch: 'moved' } });
      path = /^<(.*)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(Array.from({ length: 7 }, (_, index) => `page-${index}`));
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'skip=-1', 'cursor=forged', 'deleting=maybe'])(
    'refuse ?%s',
    async (query) => {
      expect((await call('GET', `/appconfigs?${query}`)).status).toBe(400);
    },
  );

  it('select by name and environment', async () => {
    await call('POST', '/appconfigs', { body: { ...fields('in-prod'), environment: 'prod' } });
    await call('POST', '/appconfigs', { body: fields('in-dev') });
    expect((await call('GET', '/appconfigs?environment=prod')).list.map(({ name }) => name)).toEqual([
      'in-prod',
    ]);
    expect((await call('GET', '/appconfigs?name=in-dev')).list.map(({ name }) => name)).toEqual(['in-dev']);
  });
});

describe('rights', () => {
  it('are asked of the cluster', async () => {
    const { body } = await call('POST', '/appconfigs', { body: fields('shared') });
    const hidden = await call('POST', '/appconfigs', { body: fields('hidden') });
    const bob = (method: string, path: string, sent?: object) =>
      call(method, path, { user: 'bob', ...(sent === undefined ? {} : { body: sent }) });
    expect((await bob('GET', `/appconfigs/${body.id}`)).status).toBe(200);
    expect((await bob('GET', `/appconfigs/${body.id}/history`)).status).toBe(200);
    for (const [method, path, sent] of [
      ['GET', '/appconfigs', undefined],
      ['GET', `/appconfigs/${hidden.body.id}`, undefined],
      ['GET', '/appconfigs/00000000-0000-4000-8000-000000000000', undefined],
      ['POST', '/appconfigs', fields('x')],
      ['PUT', `/appconfigs/${body.id}`, { branch: 'x' }],
      ['PATCH', `/appconfigs/${body.id}`, { branch: 'x' }],
      ['DELETE', `/appconfigs/${body.id}`, undefined],
      ['POST', `/appconfigs/${body.id}/render`, undefined],
    ] as const) {
      expect({ method, path, status: (await bob(method, path, sent)).status }).toEqual({
        method,
        path,
        status: 403,
      });
    }
  });

  it('need a token', async () => {
    expect((await call('GET', '/appconfigs', { user: null })).status).toBe(401);
    expect((await call('GET', '/appconfigs', { user: 'nobody' })).status).toBe(401);
  });

  itOnDouble('are unknown while the cluster does not answer, which means no', async () => {
    const { body } = await call('POST', '/appconfigs', { body: fields('guarded') });
    await new Promise((resolve) => setTimeout(resolve, 150));
    world.cluster.double?.faults.refuse(503, 50);
    const answer = await call('DELETE', `/appconfigs/${body.id}`);
    world.cluster.double?.faults.clear();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect((await call('GET', `/appconfigs/${body.id}`)).body['deleted_at']).toBeNull();
  });
});

describe('what becomes of an AppConfig', () => {
  it('is told in the row, and of each generation in its history', async () => {
    const { body } = await call('POST', '/appconfigs', { body: fields('rendered') });
    const path = `/appconfigs/${body.id}`;
    expect(body.status).toMatchObject({ phase: 'pending' });
    await eventually(async () => {
      expect((await call('GET', path)).body.status).toMatchObject({
        phase: 'applied',
        observed_generation: 1,
      });
    });
    await call('PUT', path, { body: { branch: 'b2' } });
    await call('POST', `${path}/render`);
    await eventually(async () => {
      expect((await call('GET', path)).body).toMatchObject({ generation: 3, status: { phase: 'applied' } });
    });
    await call('DELETE', path);
    await eventually(async () => {
      const { list } = await call('GET', `${path}/history`);
      expect(list.map(({ generation, operation }) => [generation, operation])).toEqual([
        [4, 'deleted'],
        [3, 'updated'],
        [2, 'updated'],
        [1, 'created'],
      ]);
      expect(list[0]).toMatchObject({ changed_by: users['alice']?.username, status: { phase: 'pruned' } });
      expect(list[3]).toMatchObject({ status: { phase: 'applied' } });
    });
    expect(
      (await call('GET', `${path}/history?limit=1&before=3`)).list.map(({ generation }) => generation),
    ).toEqual([2]);
  });

  it('is streamed, to each user as far as the cluster lets him watch, and continued after an interruption', async () => {
    const alice = await openStream('alice');
    const bob = await openStream('bob');
    const shared = await call('POST', '/appconfigs', { body: fields('shared') });
    const own = await call('POST', '/appconfigs', { body: fields('private') });
    await eventually(() => {
      expect(alice.names().toSorted((a, b) => a.localeCompare(b))).toEqual(
        expect.arrayContaining(['private', 'shared']),
      );
      expect(bob.names()).toContain('shared');
    });
    expect(bob.names()).not.toContain('private');
    const lastId = alice.lastId();
    await Promise.all([alice.close(), bob.close()]);
    await call('PUT', `/appconfigs/${own.body.id}`, { body: { branch: 'later' } });
    await eventually(async () => {
      expect((await call('GET', `/appconfigs/${own.body.id}`)).body.status).toMatchObject({
        observed_generation: 2,
      });
    });
    const continued = await openStream('alice', { 'last-event-id': lastId });
    await eventually(() => {
      expect(continued.frames().filter(({ id }) => id === own.body.id)).toMatchObject([
        { name: 'private', generation: 2, status: { phase: 'applied' } },
      ]);
    });
    expect(continued.frames().some(({ id }) => id === shared.body.id)).toBe(false);
    await continued.close();
  });

  it('is told to nobody without a token', async () => {
    expect((await fetch(`${api.url}/appconfigs/stream`)).status).toBe(401);
  });
});

describe('a connection to the database that breaks', () => {
  it('is told as something that passes', async () => {
    const { pool } = world.database;
    const locking = await pool.connect();
    try {
      await locking.query('begin');
      await locking.query('lock table app_configs');
      const answer = call('GET', '/appconfigs');
      await eventually(async () => {
        const { rows } = await pool.query<{ cut: boolean }>(`
          select pg_terminate_backend(pid) as cut from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'
            and application_name = 'kubemirror-appconfigs-api'`);
        expect(rows.length).toBeGreaterThan(0);
      });
      const { status, headers } = await answer;
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    } finally {
      await locking.query('rollback');
      locking.release();
    }
    await eventually(async () => {
      expect((await call('GET', '/appconfigs')).status).toBe(200);
    });
  });
});

describe('the API description', () => {
  it('is served and names every path', async () => {
    const { body } = await call('GET', '/openapi.json', { user: null });
    expect(Object.keys(body['paths'] as object)).toEqual([
      '/appconfigs',
      '/appconfigs/{id}',
      '/appconfigs/{id}/render',
      '/appconfigs/{id}/history',
      '/appconfigs/stream',
      '/openapi.json',
    ]);
  });
});

type Frame = {
  readonly id: string;
  readonly name: string;
  readonly generation: number;
  readonly status: object;
};

/** Reads a stream as an EventSource would. */
async function openStream(user: string, headers: Record<string, string> = {}) {
  const closing = new AbortController();
  const response = await fetch(`${api.url}/appconfigs/stream`, {
    headers: { authorization: bearer(user), ...headers },
    signal: closing.signal,
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
  })().catch(() => {
    // Closed by the test.
  });
  const blocks = () => text.split('\n\n').slice(0, -1);
  const frames = () =>
    blocks()
      .filter((block) => /^event: status$/m.test(block))
      .map((block) => JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '') as Frame);
  return {
    frames,
    names: () => frames().map(({ name }) => name),
    lastId: () => /^id: (.*)$/m.exec(blocks().at(-1) ?? '')?.[1] ?? '',
    close: async () => {
      closing.abort();
      await reading;
    },
  };
}
