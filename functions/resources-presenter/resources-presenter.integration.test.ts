import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { insertResources } from '../../test/support/insert-resources.ts';
import { type ReadingWorld, startReadingWorld } from '../../test/support/reading-world.ts';
import { configSchema } from './config.ts';
import { startResourcesPresenter } from './start-resources-presenter.ts';

let world: ReadingWorld;
let admin: string;
let alice: string;
let nobody: string;

const deployments = { verbs: ['list', 'get'], apiGroups: ['apps'], resources: ['deployments'] };
const panels = {
  api_group: 'widgets.templates.krateo.io',
  api_version: 'v1beta1',
  resource: 'panels',
  kind: 'Panel',
};

beforeAll(async () => {
  world = await startReadingWorld({
    schema: configSchema,
    start: startResourcesPresenter,
    environment: { ACCESS_CACHE_TTL: '200ms', QUERY_TIMEOUT: '1500ms' },
  });
  await insertResources(world.database.pool, [
    { name: 'cart', namespace: 'shop', labels: { app: 'cart' } },
    { name: 'checkout', namespace: 'shop', status_raw: { replicas: 2 } },
    { name: 'ledger', namespace: 'bank' },
    { name: 'vault', namespace: 'bank', resource: 'statefulsets', kind: 'StatefulSet' },
    { name: 'in-default', namespace: 'default' },
    { name: 'web-1', namespace: 'shop', api_group: '', resource: 'pods', kind: 'Pod' },
    { name: 'node-1', namespace: '', api_group: '', resource: 'nodes', kind: 'Node' },
    { name: 'page', namespace: 'shop', ...panels, labels: { 'krateo.io/portal-page': 'compositions' } },
    { name: 'abroad', namespace: 'shop', cluster_name: 'elsewhere' },
    { name: 'gone', namespace: 'shop', deleted_at: '2026-11-20T11:00:00Z' },
  ]);
  await world.grant('group:team-a', [deployments], 'shop');
  admin = await world.token('root', ['system:masters']);
  alice = await world.token('alice', ['team-a']);
  nobody = await world.token('nobody');
});
afterAll(() => world.stop());

type Page = { count: number; items: Record<string, unknown>[]; cursor?: string };

async function names(path: string, token: string): Promise<unknown[]> {
  const answer = await world.get(path, token);
  expect(answer.status).toBe(200);
  const page = (await answer.json()) as Page;
  expect(page.count).toBe(page.items.length);
  return page.items.map((item) => item['name']);
}

async function refusal(path: string, token: string | undefined, init?: RequestInit) {
  const answer = await world.get(path, token, init);
  const body = (await answer.json()) as { kind: string; code: number; message: string };
  expect(body).toMatchObject({ kind: 'Status', code: answer.status });
  return { status: answer.status, message: body.message };
}

describe('GET /resources', () => {
  it('words an item as the seed stack does', async () => {
    const answer = await world.get(
      '/resources?group=apps&resource=deployments&namespace=shop&limit=1&raw=true',
      admin,
    );
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({
      count: 1,
      items: [
        {
          name: 'cart',
          uid: 'cart-uid',
          global_uid: 'here:cart-uid',
          namespace: 'shop',
          group: 'apps',
          version: 'v1',
          kind: 'Deployment',
          resource: 'deployments',
          cluster_name: 'here',
          created_at: '2026-11-20T10:00:00Z',
          updated_at: '2026-11-20T10:00:00Z',
          raw: {
            kind: 'Deployment',
            metadata: { name: 'cart', namespace: 'shop', uid: 'cart-uid', labels: { app: 'cart' } },
          },
        },
      ],
      cursor: expect.any(String),
    });
  });

  it('shows a user the namespaces and kinds of their rights, and no row of another cluster', async () => {
    expect(await names('/resources?group=apps&namespace=*', admin)).toEqual([
      'ledger',
      'in-default',
      'cart',
      'checkout',
      'vault',
    ]);
    expect(await names('/resources?group=apps&namespace=*', alice)).toEqual(['cart', 'checkout']);
    expect(await names('/resources?group=apps&namespace=*', nobody)).toEqual([]);
    expect(await names('/resources?group=apps&namespace=*&cluster=elsewhere', admin)).toEqual([]);
  });

  it('takes the namespace "default" where none is given', async () => {
    expect(await names('/resources?group=apps', admin)).toEqual(['in-default']);
  });

  it.each(['/resources?group=&namespace=*', '/resources?group=core&namespace=*'])(
    'reads the core group by %s',
    async (path) => {
      expect(await names(path, admin)).toEqual(['node-1', 'web-1']);
    },
  );

  it('answers what the portal sends, brackets and quotes not encoded', async () => {
    const target = `/resources?group=widgets.templates.krateo.io&resource=panels&version=v1beta1&namespace=*&limit=5000&raw=true&labels={"krateo.io/portal-page":"compositions"}`;
    expect(await rawGet(target, admin)).toContain('"name":"page"');
    expect(await rawGet(target.replace('compositions', 'other'), admin)).toContain('{"count":0,"items":[]}');
  });

  it('is forbidden where the one question is, whether there is something or not', async () => {
    const message = (resource: string) =>
      `${resource}.apps is forbidden: User "alice" cannot list resource "${resource}" in API group "apps" in the namespace "bank"`;
    for (const resource of ['deployments', 'statefulsets', 'daemonsets']) {
      expect(await refusal(`/resources?group=apps&resource=${resource}&namespace=bank`, alice)).toEqual({
        status: 403,
        message: message(resource),
      });
    }
  });

  it('honours a right to list one name only', async () => {
    await world.grant('carol', [{ ...deployments, resourceNames: ['ledger'] }], 'bank');
    const carol = await world.token('carol');
    expect(
      await names('/resources?group=apps&resource=deployments&namespace=bank&name=ledger', carol),
    ).toEqual(['ledger']);
    expect((await refusal('/resources?group=apps&resource=deployments&namespace=bank', carol)).status).toBe(
      403,
    );
  });

  it('pages with a cursor that ends with the last page and serves one user and one query', async () => {
    const path = '/resources?group=apps&namespace=*&limit=2';
    const first = (await (await world.get(path, admin)).json()) as Page;
    const second = (await (await world.get(`${path}&cursor=${first.cursor}`, admin)).json()) as Page;
    const third = (await (await world.get(`${path}&cursor=${second.cursor}`, admin)).json()) as Page;
    expect([first, second, third].flatMap((page) => page.items.map((item) => item['name']))).toEqual([
      'ledger',
      'in-default',
      'cart',
      'checkout',
      'vault',
    ]);
    expect(third.cursor).toBeUndefined();
    expect(await names(`/resources?group=apps&namespace=*&limit=4&cursor=${first.cursor}`, admin)).toEqual([
      'cart',
      'checkout',
      'vault',
    ]);
    const foreign = [
      [path, alice],
      ['/resources?group=apps&namespace=shop&limit=2', admin],
      [`${path}&sort_by=updated_at`, admin],
      [`${path}&sort_order=desc`, admin],
    ] as const;
    for (const [other, token] of foreign) {
      const refused = await refusal(`${other}&cursor=${first.cursor}`, token);
      expect(refused.status).toBe(400);
      expect(refused.message).toMatch(/^invalid cursor/);
    }
    for (const cursor of ['AAAA', `${first.cursor}A`, 'eyJzIjoiY29tcG9zaXRpb25faWQiLCJwbiI6dHJ1ZX0']) {
      expect((await refusal(`${path}&cursor=${cursor}`, admin)).status).toBe(400);
    }
  });

  it.each([
    ['group', '/resources?namespace=*'],
    ['limit', '/resources?group=apps&limit=0'],
    ['limit', '/resources?group=apps&limit=5001'],
    ['since', '/resources?group=apps&since=yesterday'],
    ['labels', '/resources?group=apps&labels={'],
    ['composition_id', '/resources?group=apps&composition_id=1'],
    ['sort_by', '/resources?group=apps&sort_by=name'],
    ['sort_order', '/resources?group=apps&sort_order=up'],
    ['raw', '/resources?group=apps&raw=maybe'],
    ['name_contains', '/resources?group=apps&name=a&name_contains=b'],
    ['namespace', '/resources?group=apps&namespace=a&namespace=b'],
    ['name', `/resources?group=apps&name=${'x'.repeat(257)}`],
    ['name', '/resources?group=apps&name=%00'],
    ['cursor', '/resources?group=apps&cursor=%00'],
  ])('names the field %s in the 400 for %s', async (field, path) => {
    const refused = await refusal(path, admin);
    expect(refused.status).toBe(400);
    expect(refused.message).toMatch(new RegExp(`^invalid ${field}: `));
  });
});

describe('GET /resources/count and /resources/summary', () => {
  const answer = async (path: string, token: string): Promise<unknown> =>
    (await world.get(path, token)).json();

  it('count what the caller may list', async () => {
    expect(await answer('/resources/count?group=apps&namespace=*', admin)).toEqual({ count: 5, exact: true });
    expect(await answer('/resources/count?group=apps&namespace=*', alice)).toEqual({ count: 2, exact: true });
    expect(await answer('/resources/count?group=apps&namespace=*', nobody)).toEqual({
      count: 0,
      exact: true,
    });
    const path = '/resources/count?group=apps&resource=deployments&namespace=bank';
    expect((await refusal(path, alice)).status).toBe(403);
  });

  it('tell how many of each there are for the caller', async () => {
    expect(await answer('/resources/summary?group=apps&namespace=*', alice)).toEqual({
      by: 'kind',
      exact: true,
      items: [{ group: 'apps', resource: 'deployments', kind: 'Deployment', count: 2 }],
    });
    expect(await answer('/resources/summary?group=apps&namespace=*&by=namespace', admin)).toMatchObject({
      items: [
        { namespace: 'bank', count: 2 },
        { namespace: 'shop', count: 2 },
        { namespace: 'default', count: 1 },
      ],
    });
    expect((await refusal('/resources/summary?group=apps&by=colour', admin)).message).toMatch(
      /^invalid by: /,
    );
  });
});

describe('what the seed stack lacked', () => {
  it('gives the chosen fields only', async () => {
    const path = `/resources?group=apps&namespace=shop&name=cart&fields=name,${encodeURIComponent('raw.metadata.labels.app,raw.spec.none')}`;
    expect(await (await world.get(path, admin)).json()).toEqual({
      count: 1,
      items: [{ name: 'cart', raw: { metadata: { labels: { app: 'cart' } } } }],
    });
    expect((await refusal('/resources?group=apps&fields=secret', admin)).message).toMatch(
      /^invalid fields: /,
    );
  });

  it('takes several groups and kinds, label selectors, and deleted objects', async () => {
    expect(await names('/resources?group=apps&group=core&namespace=shop', admin)).toEqual([
      'web-1',
      'cart',
      'checkout',
    ]);
    expect(await names('/resources?group=apps,core&kind=Pod,StatefulSet&namespace=*', admin)).toEqual([
      'web-1',
      'vault',
    ]);
    const selector = encodeURIComponent('app notin (x), app');
    expect(await names(`/resources?group=apps&namespace=*&label_selector=${selector}`, admin)).toEqual([
      'cart',
    ]);
    expect((await refusal('/resources?group=apps&label_selector=a%20in', admin)).message).toMatch(
      /^invalid label_selector: /,
    );
    expect(await names('/resources?group=apps&namespace=*&deleted=true', admin)).toEqual(['gone']);
    expect(await names('/resources?group=apps&namespace=shop&deleted=all', alice)).toEqual([
      'cart',
      'checkout',
      'gone',
    ]);
    expect(await names('/resources?group=apps&namespace=*&deleted=true', nobody)).toEqual([]);
    expect(await names('/resources?group=apps&namespace=*&at=2020-01-01T00:00:00Z', admin)).toEqual([]);
  });

  it('answers 304 to a client that has the page already', async () => {
    const path = '/resources?group=apps&namespace=*&limit=2';
    const etag = (await world.get(path, admin)).headers.get('etag') ?? '';
    expect((await world.get(path, admin, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await world.get(path, alice, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });
});

describe('POST /resources', () => {
  const post = (body: unknown): RequestInit => ({
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

  it('takes the same parameters as JSON', async () => {
    const answer = await world.get(
      '/resources',
      admin,
      post({ group: 'apps', namespace: '*', labels: { app: 'cart' }, limit: 5, raw: false }),
    );
    expect(((await answer.json()) as Page).items).toMatchObject([{ name: 'cart' }]);
  });

  it.each([
    ['', 'body'],
    ['{} {}', 'body'],
    ['[]', 'body'],
    [{ group: 'apps', namespce: 'x' }, 'namespce'],
    [{ group: 'apps', limit: 'many' }, 'limit'],
    [{ group: 'apps', since: 7 }, 'since'],
    [{}, 'group'],
  ])('refuses %j naming %s', async (body, field) => {
    const refused = await refusal('/resources', admin, post(body));
    expect(refused.status).toBe(400);
    expect(refused.message).toMatch(new RegExp(`^invalid ${field}: `));
  });

  it('refuses a body of more than one MiB', async () => {
    expect((await refusal('/resources', admin, post(`"${'x'.repeat(1024 * 1024)}"`))).status).toBe(413);
  });
});

describe('GET /resources/{global_uid}', () => {
  it('gives one object with its JSON', async () => {
    const page = (await (await world.get('/resources/here:checkout-uid', alice)).json()) as Page;
    expect(page).toMatchObject({
      count: 1,
      items: [{ name: 'checkout', status_raw: { replicas: 2 }, raw: { kind: 'Deployment' } }],
    });
    const plain = (await (
      await world.get('/resources/here%3Acheckout-uid?raw=false&status_raw=false', alice)
    ).json()) as Page;
    expect(Object.keys(plain.items[0] ?? {})).not.toContain('raw');
  });

  it('does not tell what exists from what the user may not get', async () => {
    const answers = await Promise.all(
      ['here:ledger-uid', 'here:nothing', 'elsewhere:abroad-uid', 'here:gone-uid', 'x', 'here:', ':'].map(
        (id) => refusal(`/resources/${id}`, alice),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ status: 404, message: 'resource not found' })]),
    );
  });
});

describe('callers', () => {
  it('need a token that is theirs', async () => {
    const forged = `${alice.slice(0, -3)}AAA`;
    for (const token of [undefined, 'opaque', forged]) {
      expect((await refusal('/resources?group=apps', token)).status).toBe(401);
      expect((await refusal('/resources/here:cart-uid', token)).status).toBe(401);
    }
  });

  it('may come with a token of the cluster', async () => {
    expect(await names('/resources?group=apps&namespace=*', 'opaque-alice')).toEqual(['cart', 'checkout']);
  });

  it('lose what is taken from them, and are told that rights are not known while nobody can say', async () => {
    const right = await world.grant('dave', [deployments], 'shop');
    const dave = await world.token('dave');
    expect(await names('/resources?group=apps&resource=deployments&namespace=shop', dave)).toHaveLength(2);
    await right.revoke();
    await eventually(async () => {
      expect((await refusal('/resources?group=apps&resource=deployments&namespace=shop', dave)).status).toBe(
        403,
      );
    }, 5_000);
  });
});

describe('other requests', () => {
  it('have clear answers that show nothing of the inside', async () => {
    expect((await refusal('/nothing', admin)).status).toBe(404);
    expect((await refusal('/resources', admin, { method: 'DELETE' })).status).toBe(405);
    const preflight = await world.get('/resources/here:cart-uid', undefined, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect((await world.get('/livez', undefined)).status).toBe(200);
    expect((await world.get('/readyz', undefined)).status).toBe(200);
  });

  it('never show a database text, and tell what a client can do', async () => {
    const { pool } = world.database;
    const path = '/resources?group=apps&namespace=shop&resource=deployments';
    const within = async (setUp: string, tearDown: string) => {
      await pool.query(setUp);
      try {
        return await refusal(path, admin);
      } finally {
        await pool.query(tearDown);
      }
    };
    const rename = [
      'alter table resources rename to resources_away',
      'alter table resources_away rename to resources',
    ];
    expect(await within(rename[0] ?? '', rename[1] ?? '')).toEqual({
      status: 503,
      message: 'the database is not there now, try again',
    });
    const broken = [
      'alter table resources rename column kind to kind_away; alter table resources add kind int',
      'alter table resources drop kind; alter table resources rename column kind_away to kind',
    ];
    expect(await within(broken[0] ?? '', broken[1] ?? '')).toEqual({
      status: 500,
      message: 'internal error',
    });
    expect(world.troubles.some(({ message }) => message === 'Cannot answer a request')).toBe(true);

    const blocker = await pool.connect();
    await blocker.query('begin; lock table resources in access exclusive mode');
    const late = await refusal(path, admin);
    await blocker.query('rollback');
    blocker.release();
    expect(late).toEqual({
      status: 504,
      message: 'the database did not answer in time, ask for less or try again',
    });
  });
});

/** A request target exactly as written; fetch() would encode it. */
function rawGet(target: string, token: string): Promise<string> {
  const { port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(
        `GET ${target} HTTP/1.1\r\nhost: mirror\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`,
      );
    });
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
