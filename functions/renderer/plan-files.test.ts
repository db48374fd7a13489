import { describe, expect, it } from 'vitest';
import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import { blobId } from '../../lib/git/blob-id.ts';
import type { RenderInput, RenderRow, RenderStatus } from '../../lib/postgres/app-configs/render-input.ts';
import { commitMessage } from './commit-message.ts';
import { filesToRead, planFiles } from './plan-files.ts';
import { idInFile, nameOfFile, renderFile } from './rendered-file.ts';

const kind: AppConfigKind = {
  group: 'poc.gitrenderer.com',
  version: 'v1alpha1',
  resource: 'appconfigs',
  kind: 'AppConfig',
  namespace: 'default',
};
const a = '00000000-0000-4000-8000-00000000000a';
const b = '00000000-0000-4000-8000-00000000000b';
const row: RenderRow = {
  name: 'a',
  repositoryUrl: 'https://example.org/r',
  branch: 'feature/"x": y # z',
  environment: 'dev',
  generation: 3,
  deleted: false,
};
const status: RenderStatus = {
  generation: 3,
  deleteWanted: false,
  renderedNames: ['a'],
  phase: 'pending',
  observedGeneration: 2,
  attempts: 0,
};
const input = (id: string, name: string, renderedNames = [name]): RenderInput => ({
  id,
  row: { ...row, name },
  status: { ...status, renderedNames },
});
const deleted = (id: string, name: string): RenderInput => ({
  id,
  row: undefined,
  status: { ...status, deleteWanted: true, renderedNames: [name] },
});
const options = { kind, format: 'json', blobId } as const;
const content = (id: string, name: string) => renderFile(id, { ...row, name }, kind, 'json');
const folder = (files: Record<string, Buffer>) => ({
  blobs: new Map(Object.entries(files).map(([file, bytes]) => [file, blobId(bytes)])),
  ids: new Map(Object.entries(files).map(([file, bytes]) => [file, idInFile(bytes)])),
});

describe('planFiles()', () => {
  it('writes what is missing or different, and nothing else', () => {
    const plan = planFiles(
      [input(a, 'a'), input(b, 'b')],
      folder({ 'a.json': content(a, 'a'), 'b.json': Buffer.from('{}') }),
      options,
    );
    expect([...plan.files.keys()]).toEqual(['b.json']);
    expect(plan.changes).toEqual([{ id: b, name: 'b', generation: 3, kind: 'write' }]);
  });

  it('moves a file with its name', () => {
    const plan = planFiles(
      [input(a, 'new', ['old', 'new'])],
      folder({ 'old.json': content(a, 'old') }),
      options,
    );
    expect(plan.files).toEqual(
      new Map<string, unknown>([
        ['new.json', content(a, 'new')],
        ['old.json', 'deleted'],
      ]),
    );
  });

  it('lets names change hands in one commit', () => {
    const plan = planFiles(
      [input(a, 'b', ['a', 'b']), input(b, 'a', ['b', 'a'])],
      folder({ 'a.json': content(a, 'a'), 'b.json': content(b, 'b') }),
      options,
    );
    expect(plan.files).toEqual(
      new Map([
        ['b.json', content(a, 'b')],
        ['a.json', content(b, 'a')],
      ]),
    );
  });

  it('leaves alone what another AppConfig has under the old name', () => {
    const plan = planFiles([deleted(a, 'a')], folder({ 'a.json': content(b, 'a') }), options);
    expect(plan.files.size).toBe(0);
  });

  it('removes the file of what was deleted, also where somebody made it unreadable', () => {
    for (const bytes of [content(a, 'a'), Buffer.from('scribble')]) {
      const plan = planFiles([deleted(a, 'a')], folder({ 'a.json': bytes }), options);
      expect(plan.files).toEqual(new Map([['a.json', 'deleted']]));
    }
  });
});

describe('filesToRead()', () => {
  it('names those that may have to go and are there', () => {
    const { blobs } = folder({ 'old.json': content(a, 'old'), 'b.json': content(b, 'b') });
    expect(filesToRead([input(a, 'a', ['old', 'older', 'a']), input(b, 'b')], blobs, 'json')).toEqual([
      'old.json',
    ]);
  });
});

describe('renderFile()', () => {
  it.each(['json', 'yaml'] as const)('says in %s which AppConfig it is of', (format) => {
    expect(idInFile(renderFile(a, row, kind, format))).toBe(a);
  });

  it('is JSON with two blanks, or YAML in which every text is quoted', () => {
    expect(JSON.parse(renderFile(a, row, kind, 'json').toString())).toMatchObject({
      kind: 'AppConfig',
      spec: { branch: row.branch },
    });
    expect(renderFile(a, row, kind, 'yaml').toString()).toBe(
      `apiVersion: "poc.gitrenderer.com/v1alpha1"
kind: "AppConfig"
metadata:
  name: "a"
  namespace: "default"
  labels:
    "app.kubernetes.io/managed-by": "kubemirror"
    "kubemirror.io/appconfig-id": "${a}"
  annotations:
    "kubemirror.io/generation": "3"
spec:
  id: "${a}"
  name: "a"
  repository_url: "https://example.org/r"
  branch: "feature/\\"x\\": y # z"
  environment: "dev"
`,
    );
  });
});

describe('nameOfFile()', () => {
  it.each([
    ['a.json', 'a'],
    ['a.yaml', undefined],
    ['README.md', undefined],
    ['sub/a.json', undefined],
    ['.json', undefined],
  ])('takes %j for %j', (file, name) => {
    expect(nameOfFile(file, 'json')).toBe(name);
  });
});

describe('commitMessage()', () => {
  const change = (index: number) => ({
    id: `id${index}`,
    name: `n${index}`,
    generation: index,
    kind: 'write' as const,
  });

  it('fills the template and ends with trailers that name what is in', () => {
    expect(commitMessage([change(1), change(2)], 'Render {count}: {names}')).toBe(
      'Render 2: n1, n2\n\n- write n1 (generation 1)\n- write n2 (generation 2)\n\n' +
        'Rendered-AppConfig: id1@1\nRendered-AppConfig: id2@2\nRendered-Count: 2\n',
    );
  });

  it('stays readable for thousands', () => {
    const message = commitMessage(
      Array.from({ length: 5_000 }, (_, index) => change(index)),
      '{names}',
    );
    expect(message.split('\n')[0]).toBe('n0, n1, n2, and 4997 more');
    expect(message).toContain('- and 4980 more');
    expect(message.length).toBeLessThan(20_000);
  });
});
