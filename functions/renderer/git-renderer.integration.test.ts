import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { type GitServer, startGitServer } from '../../test/support/git-server.ts';
import { type RenderingWorld, renderingWorld } from '../../test/support/rendering-world.ts';
import { type FunctionProcess, startFunction } from '../../test/support/start-function.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';

let world: RenderingWorld;
let git: GitServer;
let renderer: FunctionProcess;
/** Where killed renderers leave their clones behind. */
const temporary = temporaryFolder('git-renderer');
const folder = 'resources/appconfigs';

beforeAll(async () => {
  [world, git] = await Promise.all([renderingWorld(), startGitServer()]);
  await startRenderer();
});
afterAll(async () => {
  await renderer.kill();
  await git.close();
  await world.close();
  await rm(temporary, { recursive: true, force: true });
});

async function launchRenderer(): Promise<void> {
  renderer = await startFunction('renderer', {
    ...world.environment,
    TMPDIR: temporary,
    // Nothing of the cluster is needed to render into Git.
    KUBECONFIG: '/nowhere',
    RENDER_MODE: 'git',
    GIT_TARGET_REPO: git.httpUrl,
    GIT_TOKEN: git.token.secret,
    GIT_BATCH_LINGER: '50ms',
    GIT_POLL_INTERVAL: '200ms',
  });
}

async function startRenderer(): Promise<void> {
  await launchRenderer();
  await eventually(() => {
    expect(renderer.log()).toContain('compared everything');
  });
}

async function tell(id: string, generation = 1): Promise<Response> {
  return fetch(renderer.url, {
    method: 'POST',
    headers: {
      'ce-specversion': '1.0',
      'ce-id': `${id}/${generation}`,
      'ce-source': '/clusters/test/changes-source',
      'ce-type': 'io.kubemirror.appconfig.changed',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ operation: 'update', key: id, generation }),
  });
}

const names = () => Object.keys(git.files(folder)).map((file) => file.replace(/\.json$/, ''));
const tip = () => git.git('rev-parse', 'main').trim();

async function sql(statement: string, values: unknown[] = []): Promise<void> {
  await world.database.pool.query(statement, values);
}

describe('the renderer in Git mode', () => {
  it('commits a row as a file that can be applied, and says which commit it is in', async () => {
    const id = await world.insert('one');
    const answer = await tell(id);
    expect(await answer.json()).toMatchObject({ outcome: 'applied', target: 'git', revision: tip() });
    expect(JSON.parse(git.files(folder)['one.json'] ?? '')).toMatchObject({
      apiVersion: world.apiVersion,
      kind: 'AppConfig',
      metadata: { name: 'one', namespace: world.namespace },
      spec: {
        id,
        name: 'one',
        repository_url: 'https://example.org/one',
        branch: 'main',
        environment: 'dev',
      },
    });
    const message = git.git('log', '-1', '--format=%an <%ae>%n%B', 'main');
    expect(message).toContain('kubemirror <kubemirror@localhost>');
    expect(message).toContain(`Rendered-AppConfig: ${id}@1`);
  });

  it('makes no commit where nothing differs', async () => {
    const id = await world.insert('same');
    await tell(id);
    const before = tip();
    await sql("update app_config_status set phase = 'pending' where id = $1", [id]);
    expect((await tell(id)).status).toBe(200);
    expect(tip()).toBe(before);
  });

  it('renames and deletes files', async () => {
    const id = await world.insert('first-name');
    await tell(id);
    await sql("update app_configs set name = 'second-name' where id = $1", [id]);
    await tell(id, 2);
    expect(names()).toContain('second-name');
    expect(names()).not.toContain('first-name');
    await sql('update app_configs set deleted_at = now() where id = $1', [id]);
    const answer = await tell(id, 3);
    expect(await answer.json()).toMatchObject({ outcome: 'pruned' });
    expect(names()).not.toContain('second-name');
  });

  it('needs few commits for many changes that come together', async () => {
    const before = Number(git.git('rev-list', '--count', '--all'));
    const ids = await Promise.all(Array.from({ length: 200 }, (_, index) => world.insert(`many-${index}`)));
    const answers = await Promise.all(ids.map((id) => tell(id)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(names().filter((name) => name.startsWith('many-')).length).toBe(200);
    expect(Number(git.git('rev-list', '--count', '--all')) - before).toBeLessThanOrEqual(5);
  });

  it('builds on what others push meanwhile, and never overwrites it', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => world.insert(`racing-${index}`)));
    for (const [index, id] of ids.entries()) {
      git.commitFile(`docs/${index}.md`, `theirs ${index}`);
      await tell(id);
    }
    expect(Object.keys(git.files('docs')).length).toBe(10);
    expect(names().filter((name) => name.startsWith('racing-')).length).toBe(10);
    expect(
      git
        .git('log', '--format=%P', 'main')
        .split('\n')
        .filter(Boolean)
        .every((line) => !line.includes(' ')),
    ).toBe(true);
  });

  it('puts back what somebody changes or removes on the branch', async () => {
    const id = await world.insert('tampered');
    await tell(id);
    const wanted = git.file(`${folder}/tampered.json`);
    git.commitFile(`${folder}/tampered.json`, '{"theirs": true}');
    await eventually(() => {
      expect(git.file(`${folder}/tampered.json`)).toBe(wanted);
    });
    git.commitFile(`${folder}/tampered.json`, undefined);
    await eventually(() => {
      expect(git.file(`${folder}/tampered.json`)).toBe(wanted);
    });
  });

  it('removes files of ours that belong to nobody, and leaves those of others', async () => {
    const other = '00000000-0000-4000-8000-000000000009';
    git.commitFile(`${folder}/README.md`, 'theirs');
    git.commitFile(
      `${folder}/lost.json`,
      `{"metadata": {"labels": {"kubemirror.io/appconfig-id": "${other}"}}}`,
    );
    await eventually(() => {
      expect(git.file(`${folder}/lost.json`)).toBeUndefined();
    });
    expect(names()).toContain('README.md');
  });

  it('records why a remote refuses, and makes up for it when it does not any more', async () => {
    const id = await world.insert('refused-by-hook');
    git.refuse('not now');
    const answer = await tell(id);
    expect(await answer.json()).toMatchObject({ outcome: 'failed', reason: 'PushRefused' });
    git.refuse(undefined);
    await eventually(() => {
      expect(git.file(`${folder}/refused-by-hook.json`)).toBeDefined();
    });
  });

  it('survives being killed while it pushes', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, (_, index) => world.insert(`killed-${index}`)));
    const told = ids.map((id) => tell(id).catch(() => undefined));
    await eventually(() => {
      expect(renderer.log()).toContain('committed');
    });
    await renderer.kill();
    await Promise.all(told);
    await sql("update app_configs set branch = 'later' where name like 'killed-1%'");
    await startRenderer();
    await eventually(async () => {
      const files = git.files(folder);
      const branches = ids.map((_, index) => {
        const text = files[`killed-${index}.json`];
        return text === undefined
          ? 'missing'
          : (JSON.parse(text) as { spec: { branch: string } }).spec.branch;
      });
      expect(branches).toEqual(ids.map((_, index) => (String(index).startsWith('1') ? 'later' : 'main')));
      const { rows } = await world.database.pool.query(
        "select from app_config_status where phase <> 'applied'",
      );
      expect(rows.length).toBe(0);
    });
  });

  it('finds what was changed while it was not running, also where the remote is away when it starts', async () => {
    const id = await world.insert('unseen');
    await tell(id);
    const wanted = git.file(`${folder}/unseen.json`);
    await renderer.kill();
    git.commitFile(`${folder}/unseen.json`, undefined);
    git.away(true);
    await launchRenderer();
    await eventually(() => {
      expect(renderer.log()).toContain('Cannot compare everything for now');
    });
    git.away(false);
    await eventually(() => {
      expect(git.file(`${folder}/unseen.json`)).toBe(wanted);
    });
  });

  it('refuses names that are none, written past every rule of the database', async () => {
    await sql('alter table app_configs drop constraint app_configs_name_check');
    const before = tip();
    for (const name of ['../x', '/etc/x', '', 'a'.repeat(300), 'ünï', 'a\nb', '..']) {
      const id = await world.insert(name);
      const answer = await tell(id);
      expect([answer.status, await answer.json()]).toMatchObject([
        200,
        { outcome: 'refused', reason: 'Invalid' },
      ]);
      await sql('delete from app_configs where id = $1', [id]);
      expect(await (await tell(id, 2)).json()).toMatchObject({ outcome: 'pruned' });
    }
    expect(tip()).toBe(before);
  });

  it('refuses to start without what it needs', async () => {
    await expect(startFunction('renderer', { ...world.environment, RENDER_MODE: 'git' })).rejects.toThrow(
      'GIT_TARGET_REPO',
    );
    await expect(
      startFunction('renderer', {
        ...world.environment,
        RENDER_MODE: 'git',
        GIT_TARGET_REPO: 'ssh://git@example.org/r',
        GIT_TARGET_PATH: '../etc',
      }),
    ).rejects.toThrow('GIT_TARGET_PATH');
  });
});
