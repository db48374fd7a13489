import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import { itOnDouble } from '../../test/support/cluster.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type RenderingWorld, renderingWorld } from '../../test/support/rendering-world.ts';
import { type FunctionProcess, startFunction } from '../../test/support/start-function.ts';

let world: RenderingWorld;
let renderer: FunctionProcess;

beforeAll(async () => {
  world = await renderingWorld();
  await startRenderer();
});
afterAll(async () => {
  await renderer.kill();
  await world.close();
});

/** For tests that count everything, with a renderer of their own. */
async function empty(): Promise<void> {
  await renderer.kill();
  await world.database.pool.query('delete from app_configs');
  await world.database.pool.query('delete from app_config_status');
  await world.database.pool.query('delete from app_config_history');
  for (const object of await world.objects()) await world.send('DELETE', object.metadata.name ?? '');
}

/** Ready, and done with its first comparison and the one after its list: they would render rows before any event. */
async function startRenderer(environment: Record<string, string> = {}): Promise<void> {
  renderer = await startFunction('renderer', { ...world.environment, ...environment });
  await eventually(() => {
    expect(renderer.log().split('compared everything').length - 1).toBeGreaterThanOrEqual(2);
  });
}

/** The change event as changes-source sends it. */
async function tell(
  id: string,
  fields: { readonly generation?: number; readonly row?: object; readonly operation?: string } = {},
): Promise<Response> {
  const operation = fields.operation ?? 'update';
  return fetch(renderer.url, {
    method: 'POST',
    headers: {
      'ce-specversion': '1.0',
      'ce-id': `1/${Math.random()}/0`,
      'ce-source': '/clusters/test/changes-source',
      'ce-type': 'io.kubemirror.appconfig.changed',
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      operation,
      key: id,
      generation: fields.generation ?? 1,
      ...(fields.row === undefined ? {} : { row: fields.row }),
    }),
  });
}

async function statusOf(id: string) {
  const { rows } = await world.database.pool.query<Record<string, unknown>>(
    'select phase, reason, message, observed_generation::int, rendered_names from app_config_status where id = $1',
    [id],
  );
  return rows[0];
}

function branchOf(object: KubernetesObject | undefined): unknown {
  return (object?.['spec'] as { branch?: string } | undefined)?.branch;
}

async function sql(statement: string, values: unknown[] = []): Promise<void> {
  await world.database.pool.query(statement, values);
}

describe('the renderer', () => {
  it('applies a row and answers with what became of it', async () => {
    const id = await world.insert('one');
    const answer = await tell(id);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ce-type')).toBe('io.kubemirror.appconfig.rendered');
    expect(answer.headers.get('ce-subject')).toBe(`${world.apiVersion}/appconfigs/${world.namespace}/one`);
    expect(await answer.json()).toMatchObject({ id, name: 'one', generation: 1, outcome: 'applied' });
    expect(await world.object('one')).toMatchObject({
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'kubemirror', 'kubemirror.io/appconfig-id': id },
        annotations: { 'kubemirror.io/generation': '1' },
      },
      spec: {
        id,
        name: 'one',
        repository_url: 'https://example.org/one',
        branch: 'main',
        environment: 'dev',
      },
    });
    expect(await statusOf(id)).toMatchObject({ phase: 'applied', observed_generation: 1 });
  });

  it('answers replayed and outdated events with nothing to do', async () => {
    const id = await world.insert('replayed');
    await sql("update app_configs set branch = 'b2' where id = $1", [id]);
    expect((await tell(id, { generation: 2 })).status).toBe(200);
    const before = await world.object('replayed');
    expect((await tell(id, { generation: 1 })).status).toBe(204);
    expect((await tell(id, { generation: 2 })).status).toBe(204);
    expect(await world.object('replayed')).toEqual(before);
    expect(before).toMatchObject({ spec: { branch: 'b2' } });
  });

  it('asks to be told again while the database does not show the change', async () => {
    const id = await world.insert('ahead');
    const answer = await tell(id, { generation: 7 });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('renames without leaving the old object behind', async () => {
    const id = await world.insert('before');
    await tell(id);
    await sql("update app_configs set name = 'after' where id = $1", [id]);
    await tell(id, { generation: 2 });
    expect(await world.object('before')).toBeUndefined();
    expect(await world.object('after')).toBeDefined();
    expect(await statusOf(id)).toMatchObject({ phase: 'applied', rendered_names: ['after'] });
  });

  it('lets names change hands between AppConfigs in one transaction', async () => {
    const a = await world.insert('swap-1');
    const b = await world.insert('swap-2');
    await Promise.all([tell(a), tell(b)]);
    const client = await world.database.pool.connect();
    await client.query('begin');
    await client.query("update app_configs set name = 'swap-3' where id = $1", [a]);
    await client.query("update app_configs set name = 'swap-1' where id = $1", [b]);
    await client.query("update app_configs set name = 'swap-2' where id = $1", [a]);
    await client.query('commit');
    client.release();
    await Promise.all([tell(a, { generation: 3 }), tell(b, { generation: 2 })]);
    await eventually(async () => {
      const idOf = async (name: string) =>
        (await world.object(name))?.metadata.labels?.['kubemirror.io/appconfig-id'];
      expect([await idOf('swap-1'), await idOf('swap-2'), await idOf('swap-3')]).toEqual([b, a, undefined]);
    });
  });

  it('deletes what was deleted, softly and by SQL, and only then forgets it', async () => {
    const soft = await world.insert('soft');
    const hard = await world.insert('hard');
    await Promise.all([tell(soft), tell(hard)]);
    await sql('update app_configs set deleted_at = now() where id = $1', [soft]);
    await sql('delete from app_configs where id = $1', [hard]);
    const answers = [await tell(soft, { generation: 2 }), await tell(hard, { operation: 'delete' })];
    const told = await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]));
    // A comparison that earlier tests caused may come first: then there is nothing left to tell.
    const nothingLeft = [204, ''];
    const pruned = [200, expect.stringContaining('"outcome":"pruned"')];
    for (const answer of told) expect([nothingLeft, pruned]).toContainEqual(answer);
    expect([await world.object('soft'), await world.object('hard')]).toEqual([undefined, undefined]);
    const { rows } = await world.database.pool.query('select from app_configs where id = $1', [soft]);
    expect(rows.length).toBe(0);
  });

  it('puts back what others change or delete', async () => {
    const id = await world.insert('drifting');
    await tell(id);
    await world.send('PATCH', 'drifting', {
      body: { spec: { branch: 'theirs' }, metadata: { labels: { theirs: 'stays' } } },
      contentType: 'application/merge-patch+json',
    });
    await eventually(async () => {
      expect(await world.object('drifting')).toMatchObject({
        spec: { branch: 'main' },
        metadata: { labels: { theirs: 'stays' } },
      });
    });
    const uid = (await world.object('drifting'))?.metadata.uid;
    await world.send('DELETE', 'drifting');
    await eventually(async () => {
      const object = await world.object('drifting');
      expect(object).toMatchObject({ spec: { branch: 'main' } });
      expect(object?.metadata.uid).not.toBe(uid);
    });
  });

  it('puts back labels that somebody took away', async () => {
    const id = await world.insert('unlabelled');
    await tell(id);
    await world.send('PATCH', 'unlabelled', {
      body: { metadata: { labels: null } },
      contentType: 'application/merge-patch+json',
    });
    await eventually(async () => {
      expect((await world.object('unlabelled'))?.metadata.labels?.['kubemirror.io/appconfig-id']).toBe(id);
    });
  });

  it('stops fighting over an object and says with whom', async () => {
    const id = await world.insert('contested');
    await tell(id);
    for (let round = 0; round < 12; round += 1) {
      await world.send('PATCH', 'contested', {
        body: { spec: { branch: `theirs-${round}` } },
        contentType: 'application/merge-patch+json',
        query: 'fieldManager=rival',
      });
      if ((await statusOf(id))?.['reason'] === 'Fighting') break;
      await eventually(async () => {
        const [object, status] = await Promise.all([world.object('contested'), statusOf(id)]);
        expect(status?.['reason'] === 'Fighting' || branchOf(object) === 'main').toBe(true);
      });
    }
    const status = await statusOf(id);
    expect(status).toMatchObject({ phase: 'failed', reason: 'Fighting' });
    expect(status?.['message']).toContain('"rival"');
  });

  it('finds changes that no event told of', async () => {
    await renderer.kill();
    await startRenderer({ UNTOLD_AFTER: '100ms' });
    const id = await world.insert('untold');
    await eventually(async () => {
      expect(await statusOf(id)).toMatchObject({ phase: 'applied' });
    });
    // The tests that follow tell of their changes by themselves.
    await renderer.kill();
    await startRenderer();
  });

  itOnDouble('records that the cluster is away, and makes up for it when it is back', async () => {
    const id = await world.insert('unlucky');
    world.cluster.double?.faults.refuse(503, 5);
    const answer = await tell(id);
    expect(await answer.json()).toMatchObject({ outcome: 'failed', reason: 'ServiceUnavailable' });
    await eventually(async () => {
      expect(await statusOf(id)).toMatchObject({ phase: 'applied', reason: null, message: null });
    });
    expect(await world.object('unlucky')).toBeDefined();
  });

  it('survives being killed in the middle of anything', async () => {
    await empty();
    await startRenderer();
    const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
    const ids = await Promise.all(names.map((name) => world.insert(name)));
    for (let round = 0; round < 3; round += 1) {
      const told = ids.map((id) => tell(id).catch(() => undefined));
      if (round > 0) await sql("update app_configs set branch = branch || 'x'");
      await new Promise((resolve) => setTimeout(resolve, 30 * (round + 1)));
      await renderer.kill();
      await Promise.all(told);
      await sql("update app_configs set name = name || 'r' where name like 'n1%'");
      await sql("delete from app_configs where name = 'n2' || $1", [String(round)]);
      renderer = await startFunction('renderer', world.environment);
    }
    await eventually(async () => {
      const { rows } = await world.database.pool.query<{ name: string; branch: string }>(
        'select name, branch from app_configs where deleted_at is null order by name collate "C"',
      );
      const objects = (await world.objects()).map(
        (object) => object['spec'] as { name: string; branch: string },
      );
      expect(objects.map(({ name, branch }) => ({ name, branch }))).toEqual(rows);
      const { rows: waiting } = await world.database.pool.query(
        "select from app_config_status where phase <> 'applied'",
      );
      expect(waiting.length).toBe(0);
    }, 60_000);
  }, 120_000);

  it('does the same with two of them at once', async () => {
    await empty();
    await startRenderer();
    const second = await startFunction('renderer', world.environment);
    const ids = await Promise.all(Array.from({ length: 20 }, (_, index) => world.insert(`n${index}`)));
    for (let generation = 1; generation <= 5; generation += 1) {
      if (generation > 1) await sql("update app_configs set branch = 'b' || generation");
      await Promise.all(
        ids.flatMap((id) =>
          [renderer.url, second.url].map((url) =>
            fetch(url, {
              method: 'POST',
              headers: {
                'ce-specversion': '1.0',
                'ce-id': `${id}/${generation}`,
                'ce-source': '/clusters/test/changes-source',
                'ce-type': 'io.kubemirror.appconfig.changed',
                'content-type': 'application/json',
              },
              body: JSON.stringify({ operation: 'update', key: id, generation }),
            }),
          ),
        ),
      );
    }
    await eventually(async () => {
      const branches = (await world.objects()).map((object) => (object['spec'] as { branch: string }).branch);
      expect(branches).toEqual(Array.from({ length: 20 }, () => 'b4'));
    });
    expect(await second.stop()).toBe(0);
  });

  it('removes what belongs to nobody, but not more than the brake allows', async () => {
    await empty();
    await startRenderer();
    const kept = await world.insert('kept');
    await tell(kept);
    const orphan = (name: string) => ({
      apiVersion: world.apiVersion,
      kind: 'AppConfig',
      metadata: {
        name,
        labels: {
          'app.kubernetes.io/managed-by': 'kubemirror',
          'kubemirror.io/appconfig-id': '00000000-0000-4000-8000-000000000009',
        },
      },
      spec: { name, repository_url: 'https://example.org/o', branch: 'main', environment: 'dev' },
    });
    const create = (name: string) =>
      world.request({
        method: 'POST',
        path: world.collection,
        body: orphan(name),
      });
    await create('lost');
    await world.request({
      method: 'POST',
      path: world.collection,
      body: { ...orphan('theirs'), metadata: { name: 'theirs' } },
    });
    await eventually(async () => {
      expect((await world.objects()).map(({ metadata }) => metadata.name)).toEqual(['kept', 'theirs']);
    });
    await renderer.kill();
    for (let index = 0; index < 12; index += 1) await create(`lost${index}`);
    await startRenderer();
    await eventually(() => {
      expect(renderer.log()).toContain('the brake is on');
    });
    expect((await world.objects()).length).toBe(14);
    await renderer.kill();
    await startRenderer({ PRUNE_MAX_PERCENT: '100' });
    await eventually(async () => {
      expect((await world.objects()).map(({ metadata }) => metadata.name)).toEqual(['kept', 'theirs']);
    });
  });

  it('does not empty the cluster because somebody truncated the table', async () => {
    await empty();
    await startRenderer();
    const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => world.insert(`n${index}`)));
    const answers = await Promise.all(ids.map((id) => tell(id)));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect((await world.objects()).length).toBe(12);
    await sql('truncate app_configs');
    expect((await tell('', { operation: 'truncate' })).status).toBe(202);
    await eventually(() => {
      expect(renderer.log()).toContain('the brake is on');
    });
    expect((await world.objects()).length).toBe(12);
  });

  it('refuses names that are none, written past every rule of the database', async () => {
    await sql('alter table app_configs drop constraint app_configs_name_check');
    const before = (await world.objects()).length;
    for (const name of ['../x', '/etc/x', '', 'a'.repeat(300), 'ünï', 'a\nb', '..']) {
      const id = await world.insert(name);
      const answer = await tell(id);
      expect([answer.status, await answer.json()]).toMatchObject([
        200,
        { outcome: 'refused', reason: 'Invalid' },
      ]);
      await sql('delete from app_configs where id = $1', [id]);
      const pruned = await tell(id, { generation: 2 });
      expect([pruned.status, await pruned.text()]).toEqual([
        200,
        expect.stringContaining('"outcome":"pruned"'),
      ]);
    }
    expect((await world.objects()).length).toBe(before);
  });

  it('refuses what is no change event, without harm', async () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(renderer.url, {
        method: 'POST',
        headers: {
          'ce-specversion': '1.0',
          'ce-id': '1',
          'ce-source': '/x',
          'ce-type': 'io.kubemirror.appconfig.changed',
          'content-type': 'application/json',
          ...headers,
        },
        body,
      });
    expect((await post('{}')).status).toBe(422);
    expect((await post('{"operation":"insert","key":"../x"}')).status).toBe(422);
    expect((await post('{}', { 'ce-type': 'org.example.other' })).status).toBe(204);
    expect((await fetch(renderer.url, { method: 'POST', body: '{}' })).status).toBe(400);
    expect((await fetch(renderer.url)).status).toBe(404);
  });
});
