import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppConfigKind } from '../../lib/core/app-config-kind.ts';
import type { RecordedOutcome } from '../../lib/postgres/app-configs/record-outcomes.ts';
import type { RenderInput } from '../../lib/postgres/app-configs/render-input.ts';
import { createClusterTarget } from './cluster-target.ts';
import { createGitTarget } from './git-target.ts';
import { reconcile } from './reconcile.ts';
import type { RenderTarget } from './render-target.ts';

const kind: AppConfigKind = {
  group: 'poc.gitrenderer.com',
  version: 'v1alpha1',
  resource: 'appconfigs',
  kind: 'AppConfig',
  namespace: 'default',
};
const id = '00000000-0000-4000-8000-000000000001';
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const collection = '/apis/poc.gitrenderer.com/v1alpha1/namespaces/default/appconfigs';

/** Whatever is no name: what paths, URLs and shells make of it, any signs at all, and much too long ones. */
const hostileName = fc
  .oneof(
    fc.constantFrom(
      '',
      '.',
      '..',
      '../x',
      '/etc/x',
      'a/../../b',
      '.git/config',
      'a\u0000',
      'a\nb',
      '%2e%2e',
      '-a',
    ),
    fc
      .array(fc.constantFrom('..', '.', '/', '\\', 'a', '%2f', '?', '#', ' '), { maxLength: 12 })
      .map((p) => p.join('')),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.nat({ max: 300 }).map((length) => 'a'.repeat(64 + length)),
  )
  .filter((name) => !label.test(name));

/** As the database would have it without its own constraint. */
function inputOf(name: string, names: readonly string[], deleted: boolean): RenderInput {
  return {
    id,
    row: {
      name,
      repositoryUrl: 'https://example.org/r',
      branch: 'main',
      environment: 'dev',
      generation: 2,
      deleted,
    },
    status: {
      generation: 2,
      deleteWanted: deleted,
      renderedNames: names,
      phase: 'pending',
      observedGeneration: undefined,
      attempts: 0,
    },
  };
}

/** A cluster where nothing is, and every path that was asked for. */
function clusterTarget() {
  const paths: string[] = [];
  const target = createClusterTarget({
    request: ({ path }) => {
      paths.push(path.split('?')[0] ?? '');
      return Promise.resolve({ status: 404, headers: {}, body: {} });
    },
    kind,
    fieldManager: 'test',
  });
  const strange = () => paths.filter((path) => !label.test(path.replace(`${collection}/`, '')));
  return { target, strange };
}

/** A branch that holds a file of every hostile name already, and every file that was read or written. */
function gitTarget(names: readonly string[]) {
  const touched: string[] = [];
  const blob = '1'.repeat(40);
  const target = createGitTarget({
    branch: {
      fetch: () => Promise.resolve('tip'),
      remoteTip: () => Promise.resolve('tip'),
      listFiles: () => Promise.resolve(new Map(names.map((name) => [`${name}.json`, blob]))),
      readBlobs: (blobs) => {
        touched.push(...blobs);
        return Promise.resolve(new Map());
      },
      push: ({ files }) => {
        touched.push(...files.keys());
        return Promise.resolve({ commit: 'next', result: { kind: 'pushed' } });
      },
      close: () => Promise.resolve(),
    },
    kind,
    folder: 'f',
    format: 'json',
    author: { name: 'n', email: 'e' },
    message: '{names}',
    lingerMs: 0,
    maxBatch: 1,
    now: () => 0,
    random: () => 0,
    sleep: () => Promise.resolve(),
    observe: () => {},
  });
  return { target, strange: () => touched };
}

async function outcomeOf(target: RenderTarget, input: RenderInput, hintNames: readonly string[]) {
  const recorded: RecordedOutcome[] = [];
  await reconcile(
    id,
    { minGeneration: 0, force: true, prune: true, hintNames },
    {
      readInput: () => Promise.resolve(input),
      target,
      record: (outcome) => {
        recorded.push(outcome);
        return Promise.resolve('current');
      },
      now: () => 0,
      random: () => 0,
      retry: { baseMs: 1, capMs: 1 },
    },
  );
  return recorded.map(({ phase }) => phase);
}

describe.each([
  ['the cluster', clusterTarget],
  ['a Git repository', gitTarget],
])('a name that is none, rendered to %s', (_what, open) => {
  it('is refused and never becomes a path', async () => {
    await fc.assert(
      fc.asyncProperty(hostileName, fc.array(hostileName, { maxLength: 3 }), async (name, others) => {
        const { target, strange } = open([name, ...others]);
        expect(await outcomeOf(target, inputOf(name, [name, ...others], false), others)).toEqual(['refused']);
        expect(strange()).toEqual([]);
      }),
    );
  });

  it('is no path either when its row is deleted', async () => {
    await fc.assert(
      fc.asyncProperty(hostileName, fc.array(hostileName, { maxLength: 3 }), async (name, others) => {
        const { target, strange } = open([name, ...others]);
        expect(await outcomeOf(target, inputOf(name, [name, ...others], true), others)).toEqual(['pruned']);
        expect(strange()).toEqual([]);
      }),
    );
  });
});
