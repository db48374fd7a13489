import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { insertEvents } from '../../../test/support/insert-events.ts';
import { insertHistory } from '../../../test/support/insert-history.ts';
import { insertResources } from '../../../test/support/insert-resources.ts';
import { openWatch } from '../../../test/support/open-watch.ts';
import { type ReadingWorld, startReadingWorld } from '../../../test/support/reading-world.ts';
import { configSchema } from '../config.ts';
import { startResourcesPresenter } from '../start-resources-presenter.ts';

const read = { verbs: ['get', 'list', 'watch'], apiGroups: ['apps'], resources: ['deployments'] };
const deployments = '/apis/apps/v1/namespaces/shop/deployments';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

let world: ReadingWorld;
let admin: string;
let alice: string;
let nobody: string;

function deployment(name: string, namespace: string, labels: Record<string, string> = {}) {
  const metadata = { name, namespace, uid: `${name}-uid`, resourceVersion: '7', labels };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 1 }, status: {} };
}

beforeAll(async () => {
  world = await startReadingWorld({ schema: configSchema, start: startResourcesPresenter });
  await insertResources(world.database.pool, [
    { name: 'cart', raw: deployment('cart', 'shop', { app: 'cart' }), labels: { app: 'cart' } },
    { name: 'checkout', raw: { ...deployment('checkout', 'shop'), big: 1 } },
    { name: 'ledger', namespace: 'bank', raw: deployment('ledger', 'bank') },
    { name: 'gone', raw: deployment('gone', 'shop'), deleted_at: '2026-11-20T11:00:00Z' },
    {
      name: 'web-1',
      api_group: '',
      resource: 'pods',
      kind: 'Pod',
      raw: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web-1', namespace: 'shop' },
        status: { phase: 'Running' },
      },
    },
    {
      name: 'shop',
      api_group: '',
      resource: 'namespaces',
      kind: 'Namespace',
      namespace: '',
      raw: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    },
  ]);
  await world.grant('alice', [read], 'shop');
  admin = await world.token('root', ['system:masters']);
  [alice, nobody] = await Promise.all([world.token('alice'), world.token('nobody')]);
});
afterAll(() => world.stop());

type Status = { kind: string; code: number; message: string; reason: string };
type List = {
  kind: string;
  metadata: { resourceVersion: string; continue?: string };
  items: { metadata: { name: string } }[];
};

async function status(path: string, token: string | undefined, init?: RequestInit): Promise<Status> {
  return (await (await world.get(path, token, init)).json()) as Status;
}

async function names(path: string, token: string): Promise<string[]> {
  const answer = await world.get(path, token);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as List).items.map((item) => item.metadata.name);
}

describe('discovery', () => {
  it('shows what is mirrored, aggregated in the version that was asked for, and plain', async () => {
    for (const version of ['v2', 'v2beta1']) {
      const accept = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      const answer = await world.get('/apis', nobody, { headers: { accept } });
      expect(answer.headers.get('content-type')).toContain(`v=${version}`);
      const { items } = (await answer.json()) as { items: { metadata: { name: string } }[] };
      expect(items.map((item) => item.metadata.name).sort()).toEqual(['apps', 'events.k8s.io']);
    }
    const plain = (await (await world.get('/api/v1', nobody)).json()) as { resources: { name: string }[] };
    expect(plain.resources.map(({ name }) => name).sort()).toEqual(['events', 'namespaces', 'pods']);
    expect(await status('/apis/batch/v1', nobody)).toMatchObject({ code: 404, kind: 'Status' });
    expect((await world.get('/version', undefined)).status).toBe(401);
  });
});

describe('get and list', () => {
  it('give objects as they are stored, to who may read them', async () => {
    const cart = await (await world.get(`${deployments}/cart`, alice)).json();
    expect(cart).toEqual(deployment('cart', 'shop', { app: 'cart' }));
    expect(await names(deployments, alice)).toEqual(['cart', 'checkout']);
    expect(await names('/apis/apps/v1/deployments', admin)).toEqual(['ledger', 'cart', 'checkout']);
    expect(await names('/api/v1/namespaces', admin)).toEqual(['shop']);
  });

  it('refuse in the words of the API server, whether there is something or not', async () => {
    expect(await status('/apis/apps/v1/deployments', alice)).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'deployments.apps is forbidden: User "alice" cannot list resource "deployments" in API group "apps" at the cluster scope',
    });
    for (const name of ['ledger', 'nothing']) {
      expect((await status(`/apis/apps/v1/namespaces/bank/deployments/${name}`, alice)).message).toBe(
        `deployments.apps "${name}" is forbidden: User "alice" cannot get resource "deployments" in API group "apps" in the namespace "bank"`,
      );
    }
    expect(await status(`${deployments}/nothing`, alice)).toMatchObject({
      code: 404,
      message: 'deployments.apps "nothing" not found',
    });
    expect((await status(deployments, undefined)).code).toBe(401);
    expect((await status('/apis/apps/v1/namespaces/shop/unknowns', admin)).code).toBe(404);
  });

  it('select by labels and fields, and say what they cannot select by', async () => {
    expect(await names(`${deployments}?labelSelector=app%3Dcart`, alice)).toEqual(['cart']);
    expect(await names(`${deployments}?labelSelector=%21app`, alice)).toEqual(['checkout']);
    expect(await names(`${deployments}?fieldSelector=metadata.name%3Dcheckout`, alice)).toEqual(['checkout']);
    expect(await names(`${deployments}?fieldSelector=metadata.name%21%3Dcheckout`, alice)).toEqual(['cart']);
    const pods = '/api/v1/namespaces/shop/pods';
    expect(await names(`${pods}?fieldSelector=status.phase%3DRunning`, admin)).toEqual(['web-1']);
    expect(await names(`${pods}?fieldSelector=status.phase%3DFailed`, admin)).toEqual([]);
    expect(await status(`${pods}?fieldSelector=spec.image%3Dx`, admin)).toMatchObject({
      code: 400,
      message: 'field label not supported: spec.image',
    });
    expect((await status(`${pods}?limit=many`, admin)).code).toBe(400);
  });

  it('page with a token that serves one user and one list, at one version', async () => {
    const pages: List[] = [];
    for (let token: string | undefined = ''; token !== undefined; token = pages.at(-1)?.metadata.continue) {
      const answer = await world.get(`/apis/apps/v1/deployments?limit=1&continue=${token}`, admin);
      pages.push((await answer.json()) as List);
    }
    expect(pages.flatMap(({ items }) => items.map((item) => item.metadata.name))).toEqual([
      'ledger',
      'cart',
      'checkout',
    ]);
    expect(new Set(pages.map(({ metadata }) => metadata.resourceVersion)).size).toBe(1);
    const token = pages[0]?.metadata.continue ?? '';
    expect((await status(`${deployments}?limit=1&continue=${token}`, alice)).code).toBe(410);
  });

  it('check how a version is wanted, as the API server does', async () => {
    const refused = await world.get(`${deployments}?resourceVersionMatch=Exact`, alice);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      reason: 'Invalid',
      message:
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      details: {
        kind: 'ListOptions',
        causes: [{ reason: 'FieldValueForbidden', field: 'resourceVersionMatch' }],
      },
    });
    expect((await status(`${deployments}?watch=1&sendInitialEvents=true`, alice)).code).toBe(422);
    expect((await status(`${deployments}?resourceVersion=abc`, alice)).code).toBe(400);
  });

  it('give the state of a version that they have, and say which they have no more or not yet', async () => {
    await insertHistory(world.database.pool, [
      { name: 'kept', raw: deployment('kept', 'shop'), resource_version: 50 },
      { name: 'kept', raw: deployment('kept', 'shop'), resource_version: 51 },
    ]);
    const versionOf = async (query: string) =>
      ((await (await world.get(`${deployments}?${query}`, alice)).json()) as List).metadata.resourceVersion;
    for (const query of ['', 'resourceVersion=0', 'resourceVersion=51&resourceVersionMatch=Exact']) {
      expect(await versionOf(query)).toBe('51');
    }
    expect(await versionOf('resourceVersion=50')).toBe('51');
    expect(await versionOf('resourceVersion=50&resourceVersionMatch=NotOlderThan')).toBe('51');
    for (const query of ['resourceVersion=50&resourceVersionMatch=Exact', 'resourceVersion=50&limit=1']) {
      expect(await status(`${deployments}?${query}`, alice)).toMatchObject({
        code: 410,
        reason: 'Expired',
        message: 'The resourceVersion for the provided list is too old.',
      });
    }
    const waited = versionOf('resourceVersion=52&resourceVersionMatch=NotOlderThan');
    await insertHistory(world.database.pool, [
      { name: 'kept', raw: deployment('kept', 'shop'), resource_version: 52 },
    ]);
    expect(await waited).toBe('52');
    const early = await world.get(`${deployments}?resourceVersion=99999`, alice);
    expect(early.status).toBe(504);
    expect(early.headers.get('retry-after')).toBe('1');
    expect(await early.json()).toMatchObject({
      message: 'Timeout: Too large resource version: 99999, current: 52',
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
    });
  });

  it('write tables, metadata and YAML', async () => {
    const asTable = (await (await world.get(deployments, alice, { headers: { accept: table } })).json()) as {
      kind: string;
      rows: { cells: unknown[] }[];
    };
    expect(asTable.kind).toBe('Table');
    expect(asTable.rows.map(({ cells }) => cells[0])).toEqual(['cart', 'checkout']);
    const yaml = await world.get(`${deployments}/cart`, alice, { headers: { accept: 'application/yaml' } });
    expect(yaml.headers.get('content-type')).toBe('application/yaml');
    expect(await yaml.text()).toContain('kind: Deployment\n');
    expect((await world.get(deployments, alice, { headers: { accept: 'text/html' } })).status).toBe(406);
  });

  it('show what is gone, and the past', async () => {
    expect(await names(`${deployments}?deleted=true`, alice)).toEqual(['gone']);
    expect(await names(`/deleted${deployments}`, alice)).toEqual(['gone']);
    expect(await names(`/at/2020-01-01T00:00:00Z${deployments}`, alice)).toEqual([]);
    expect((await status(`${deployments}?at=yesterday`, alice)).code).toBe(400);
    expect((await status(`/clusters/elsewhere${deployments}`, alice)).code).toBe(404);
    expect((await status('/deleted/apis/apps/v1/deployments', alice)).code).toBe(403);
  });

  it('list Kubernetes events, those of one object however old', async () => {
    await insertEvents(world.database.pool, [
      { name: 'old', created_at: '2020-01-01T00:00:00Z', raw: { kind: 'Event', metadata: { name: 'old' } } },
      {
        name: 'new',
        created_at: new Date().toISOString(),
        raw: { kind: 'Event', metadata: { name: 'new' } },
      },
    ]);
    const events = '/api/v1/namespaces/shop/events';
    expect(await names(events, admin)).toEqual(['new']);
    expect(await names(`${events}?fieldSelector=involvedObject.uid%3Dweb-1-uid`, admin)).toEqual([
      'new',
      'old',
    ]);
    expect((await status(events, alice)).code).toBe(403);
  });

  it('show the same events under events.k8s.io, with the names and the rights of that group', async () => {
    const involvedObject = { kind: 'Pod', name: 'web-9', namespace: 'shop', uid: 'web-9-uid' };
    await insertEvents(world.database.pool, [
      {
        name: 'newer',
        created_at: new Date().toISOString(),
        involved_object_uid: 'web-9-uid',
        involved_object_name: 'web-9',
        raw: {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: 'newer', namespace: 'shop', uid: 'newer-uid' },
          involvedObject,
          message: 'Started container',
          source: { component: 'kubelet' },
          reason: 'Started',
          type: 'Normal',
        },
      },
    ]);
    const newer = '/apis/events.k8s.io/v1/namespaces/shop/events';
    const selected = `${newer}?fieldSelector=regarding.uid%3Dweb-9-uid%2Ctype%3DNormal`;
    expect(await (await world.get(selected, admin)).json()).toMatchObject({
      kind: 'EventList',
      apiVersion: 'events.k8s.io/v1',
      items: [{ apiVersion: 'events.k8s.io/v1', regarding: involvedObject, note: 'Started container' }],
    });
    expect(await (await world.get(`${newer}/newer`, admin)).json()).toMatchObject({
      note: 'Started container',
    });
    expect((await status(`${newer}?fieldSelector=involvedObject.uid%3Dx`, admin)).code).toBe(400);
    await world.grant('dave', [{ ...read, apiGroups: ['events.k8s.io'], resources: ['events'] }], 'shop');
    const dave = await world.token('dave');
    await eventually(async () => expect((await world.get(newer, dave)).status).toBe(200));
    expect((await status('/api/v1/namespaces/shop/events', dave)).code).toBe(403);
    const stream = await openWatch(`${world.url}${newer}?watch=1&fieldSelector=regarding.name%3Dweb-9`, dave);
    await eventually(() => expect(stream.events[0]?.object).toMatchObject({ note: 'Started container' }));
    await stream.leave();
  });
});

describe('writes and reviews', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('refuse %s with a clear Status', async (method) => {
    const refused = await status(`${deployments}${method === 'POST' ? '' : '/cart'}`, admin, { method });
    expect(refused).toMatchObject({ code: 405, reason: 'MethodNotAllowed', kind: 'Status' });
    expect(refused.message).toContain('read-only');
  });

  it('answer what oneself may read, and who one is', async () => {
    const ask = async (attributes: object) => {
      const body = JSON.stringify({ spec: { resourceAttributes: attributes } });
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const answer = await world.get(path, alice, { method: 'POST', body });
      return ((await answer.json()) as { status: { allowed: boolean } }).status.allowed;
    };
    const list = { verb: 'list', group: 'apps', resource: 'deployments' };
    expect(await ask({ ...list, namespace: 'shop' })).toBe(true);
    expect(await ask({ ...list, namespace: 'bank' })).toBe(false);
    expect(await ask({ ...list, namespace: 'shop', verb: 'delete' })).toBe(false);
    const who = await world.get('/apis/authentication.k8s.io/v1/selfsubjectreviews', alice, {
      method: 'POST',
    });
    expect(await who.json()).toMatchObject({ status: { userInfo: { username: 'alice' } } });
  });

  it('list the rights to read in a namespace, those to single names included, and nothing else', async () => {
    const verbs = ['get', 'create', 'delete'];
    const named = { verbs, apiGroups: [''], resources: ['pods'], resourceNames: ['web-1', 'web-2'] };
    await world.grant('carol', [named, { ...read, verbs: ['*'] }], 'shop');
    await world.grant('carol', [{ ...named, resources: ['namespaces'], resourceNames: [] }], 'shop');
    const ask = async (token: string, namespace: string) => {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
      const body = JSON.stringify({ spec: { namespace } });
      const answer = await world.get(path, token, { method: 'POST', body });
      return (await answer.json()) as { code?: number; status: { resourceRules: unknown[] } };
    };
    const carol = await world.token('carol');
    const group = { apiGroups: [''], verbs: ['get'] };
    await eventually(async () => {
      expect((await ask(carol, 'shop')).status).toMatchObject({
        resourceRules: expect.arrayContaining([
          { verbs: ['get', 'list', 'watch'], apiGroups: ['apps'], resources: ['deployments'] },
          { ...group, resources: ['pods'], resourceNames: ['web-1', 'web-2'] },
          { ...group, resources: ['namespaces'], resourceNames: ['shop'] },
        ]),
        incomplete: false,
      });
    });
    expect((await ask(carol, 'shop')).status.resourceRules).toHaveLength(3);
    expect((await ask(carol, 'bank')).status.resourceRules).toEqual([]);
    expect((await ask(admin, 'bank')).status.resourceRules).toHaveLength(3);
    expect((await ask(carol, '')).code).toBe(400);
  });

  it('say that rights to single names may be missing where only reviews are asked', async () => {
    const reviewing = await startReadingWorld({
      schema: configSchema,
      start: startResourcesPresenter,
      environment: { ACCESS_MODE: 'review' },
    });
    try {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
      const body = JSON.stringify({ spec: { namespace: 'shop' } });
      const root = await reviewing.token('root', ['system:masters']);
      const answer = await reviewing.get(path, root, { method: 'POST', body });
      expect(((await answer.json()) as { status: object }).status).toMatchObject({
        resourceRules: ['', 'events.k8s.io'].map((group) => ({
          verbs: ['get', 'list', 'watch'],
          apiGroups: [group],
          resources: ['events'],
        })),
        incomplete: true,
        evaluationError: 'rights to single names are not listed',
      });
    } finally {
      await reviewing.stop();
    }
  });
});

describe('watch', () => {
  it('begins with what is there and goes on with what changes', async () => {
    const stream = await openWatch(`${world.url}${deployments}?watch=true`, alice);
    await eventually(() => expect(stream.seen()).toEqual(['ADDED cart', 'ADDED checkout']));
    await insertHistory(world.database.pool, [
      { name: 'new', raw: deployment('new', 'shop'), resource_version: 100 },
      { name: 'elsewhere', namespace: 'bank', raw: deployment('elsewhere', 'bank'), resource_version: 101 },
      { name: 'new', raw: deployment('new', 'shop'), resource_version: 102 },
      { name: 'new', raw: deployment('new', 'shop'), operation: 'deleted', resource_version: 103 },
    ]);
    await eventually(() => {
      expect(stream.seen().slice(2)).toEqual(['ADDED new', 'MODIFIED new', 'DELETED new']);
    });
    expect(stream.events.at(-1)?.object.metadata.resourceVersion).toBe('103');
    await stream.leave();
  });

  it('goes on from the version of a list, and says that an unknown one is too old', async () => {
    const list = (await (await world.get(deployments, alice)).json()) as List;
    await insertHistory(world.database.pool, [
      { name: 'later', raw: deployment('later', 'shop'), resource_version: 110 },
    ]);
    const stream = await openWatch(
      `${world.url}${deployments}?watch=1&resourceVersion=${list.metadata.resourceVersion}`,
      alice,
    );
    await eventually(() => expect(stream.seen()).toEqual(['ADDED later']));
    await stream.leave();
    expect(await status(`${deployments}?watch=1&resourceVersion=123456789`, alice)).toMatchObject({
      code: 410,
      reason: 'Expired',
    });
  });

  it('follows a list of what no change is known of, without telling its objects again', async () => {
    const quiet = await startReadingWorld({ schema: configSchema, start: startResourcesPresenter });
    try {
      await insertResources(quiet.database.pool, [{ name: 'old', raw: deployment('old', 'shop') }]);
      const root = await quiet.token('root', ['system:masters']);
      const versions: string[] = [];
      for (const path of [deployments, '/api/v1/events']) {
        const list = (await (await quiet.get(path, root)).json()) as List;
        versions.push(list.metadata.resourceVersion);
      }
      expect(versions).toEqual(['1', '1']);
      const stream = await openWatch(`${quiet.url}${deployments}?watch=1&resourceVersion=1`, root);
      await insertHistory(quiet.database.pool, [
        { name: 'first', raw: deployment('first', 'shop'), resource_version: 9 },
      ]);
      await eventually(() => expect(stream.seen()).toEqual(['ADDED first']));
      await stream.leave();
    } finally {
      await quiet.stop();
    }
  });

  it('marks where the state ends for who asks for it, or leaves the state out', async () => {
    const asked = 'watch=1&allowWatchBookmarks=1&resourceVersionMatch=NotOlderThan';
    const told = await openWatch(`${world.url}${deployments}?${asked}&sendInitialEvents=true`, alice);
    const silent = await openWatch(`${world.url}${deployments}?${asked}&sendInitialEvents=false`, alice);
    await eventually(() => expect(told.events.at(-1)?.type).toBe('BOOKMARK'));
    expect(told.seen().slice(0, -1)).toEqual(['ADDED cart', 'ADDED checkout']);
    const { metadata } = told.events.at(-1)?.object ?? {};
    expect(metadata).toMatchObject({ annotations: { 'k8s.io/initial-events-end': 'true' } });
    await insertHistory(world.database.pool, [
      { name: 'after', raw: deployment('after', 'shop'), resource_version: 115 },
    ]);
    await eventually(() => expect(silent.seen()).toEqual(['ADDED after']));
    await eventually(() => expect(told.seen()).toContain('ADDED after'));
    await Promise.all([told.leave(), silent.leave()]);
  });

  it('tells by DELETED that labels took an object out of the selection', async () => {
    const stream = await openWatch(`${world.url}${deployments}?watch=1&labelSelector=app%3Dweb`, alice);
    const labelled = (app: string) => deployment('moving', 'shop', { app });
    await insertHistory(world.database.pool, [
      { name: 'moving', raw: labelled('db'), resource_version: 120 },
      { name: 'moving', raw: labelled('web'), resource_version: 121 },
      { name: 'moving', raw: labelled('db'), resource_version: 122 },
    ]);
    await eventually(() => expect(stream.seen()).toEqual(['ADDED moving', 'DELETED moving']));
    await stream.leave();
  });

  it('sends tables with their columns once, and Kubernetes events', async () => {
    const tables = await openWatch(
      `${world.url}${deployments}?watch=1&fieldSelector=metadata.name%3Dtabled`,
      alice,
      table,
    );
    const events = await openWatch(
      `${world.url}/api/v1/namespaces/shop/events?watch=1&resourceVersion=0`,
      admin,
    );
    await insertHistory(world.database.pool, [
      { name: 'tabled', raw: deployment('tabled', 'shop'), resource_version: 130 },
      { name: 'tabled', raw: deployment('tabled', 'shop'), resource_version: 131 },
    ]);
    await insertEvents(world.database.pool, [
      {
        name: 'told',
        raw: { kind: 'Event', metadata: { name: 'told' } },
        created_at: new Date().toISOString(),
      },
    ]);
    await eventually(() => expect(tables.events).toHaveLength(2));
    const [first, second] = tables.events.map(({ object }) => object as { columnDefinitions?: unknown });
    expect(first?.columnDefinitions).toBeInstanceOf(Array);
    expect(second?.columnDefinitions).toBeNull();
    await eventually(() => expect(events.seen()).toContain('ADDED told'));
    await Promise.all([tables.leave(), events.leave()]);
  });

  it('is for who may watch, and not of the past', async () => {
    expect((await status(`${deployments}?watch=1`, nobody)).code).toBe(403);
    expect((await status(`${deployments}?watch=1`, undefined)).code).toBe(401);
    expect((await status(`/deleted${deployments}?watch=1`, admin)).code).toBe(400);
  });
});
