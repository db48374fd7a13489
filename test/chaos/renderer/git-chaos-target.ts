import { setTimeout as delay } from 'node:timers/promises';
import { startGitServer } from '../../support/git-server.ts';
import type { Fault } from '../faults.ts';
import { pickOne } from '../seeded-random.ts';
import type { ChaosTarget } from './chaos-target.ts';
import type { Rendered } from './compare-rendering.ts';
import { configNames } from './sql-edits.ts';

const folder = 'resources/appconfigs';
const marker = 'kubemirror.io/appconfig-id';

/**
 * Files on a branch of a bare repository over smart HTTP, with others who push to it all the time, also into our
 * folder, and a remote that refuses pushes or is away now and then.
 */
export async function gitChaosTarget(): Promise<ChaosTarget> {
  const server = await startGitServer();
  server.commitFile('README.md', 'of others');
  // What others pushed, which no push of ours may undo.
  const pushed: string[] = [];
  const others = new Map<string, string>([['README.md', 'of others']]);
  const commit = (path: string, content: string | undefined): void => {
    try {
      server.commitFile(path, content);
      pushed.push(server.git('rev-parse', 'main').trim());
    } catch {
      // Our push came first: somebody else would pull and try again, or not.
    }
  };
  return {
    environment: {
      RENDER_MODE: 'git',
      GIT_TARGET_REPO: server.httpUrl,
      GIT_TOKEN: server.token.secret,
      GIT_BATCH_LINGER: '100ms',
      GIT_POLL_INTERVAL: '1s',
      GIT_TIMEOUT: '10s',
    },
    faults: (random) => faults({ server, random, commit, others }),
    list: async () =>
      Object.entries(server.files(folder)).map(([file, content]) => renderedOf(file, content)),
    damage: async () => {
      const history = new Set(server.git('rev-list', 'main').split('\n'));
      const undone = pushed.filter((one) => !history.has(one));
      const missing = [...others].filter(([path, content]) => server.file(path) !== content);
      return [
        ...undone.map((one) => `commit ${one} is not in the branch any more`),
        ...missing.map(([path]) => `${path} was changed`),
      ];
    },
    calm: async () => {
      server.refuse(undefined);
      server.away(false);
    },
    stop: server.close,
  };
}

type Server = Awaited<ReturnType<typeof startGitServer>>;

function faults(options: {
  readonly server: Server;
  readonly random: () => number;
  readonly commit: (path: string, content: string | undefined) => void;
  readonly others: Map<string, string>;
}): Fault[] {
  const { server, random, commit, others } = options;
  const file = () => `${folder}/${pickOne(random, configNames)}.json`;
  const forAWhile = () => delay(random() * 2_000);
  return [
    {
      name: 'somebody pushes something else',
      weight: 5,
      strike: async () => {
        const path = `apps/${Math.floor(random() * 20)}.txt`;
        const content = `of others ${random()}`;
        commit(path, content);
        if (server.file(path) === content) others.set(path, content);
      },
    },
    {
      name: 'somebody pushes several times in a row',
      weight: 2,
      strike: async () => {
        for (let index = 0; index < 5; index += 1) {
          commit('counter.txt', `${random()}`);
          await delay(random() * 100);
        }
      },
    },
    {
      name: 'somebody changes a file',
      weight: 3,
      strike: async () => {
        const path = file();
        const content = server.file(path);
        if (content !== undefined) commit(path, content.replace(/"branch": ".*"/, '"branch": "tampered"'));
      },
    },
    {
      name: 'somebody makes a file unreadable',
      weight: 1,
      strike: async () => commit(file(), '<<<<<<< HEAD\n'),
    },
    {
      name: 'somebody deletes a file',
      weight: 3,
      strike: async () => {
        const path = file();
        if (server.file(path) !== undefined) commit(path, undefined);
      },
    },
    {
      name: 'somebody copies a file',
      weight: 1,
      strike: async () => {
        const content = server.file(file());
        if (content !== undefined) commit(`${folder}/copy-${Math.floor(random() * 1e6)}.json`, content);
      },
    },
    {
      name: 'the remote refuses pushes for a while',
      weight: 2,
      strike: async () => {
        server.refuse('the branch is protected');
        await forAWhile();
        server.refuse(undefined);
      },
    },
    {
      name: 'the remote is away for a while',
      weight: 2,
      strike: async () => {
        server.away(true);
        await forAWhile();
        server.away(false);
      },
    },
  ];
}

/** The same of a file; one that cannot be read says nothing. */
export function renderedOf(file: string, content: string): Rendered {
  const name = file.replace(/\.json$/, '');
  try {
    const { metadata, spec } = JSON.parse(content) as {
      metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
      spec?: Record<string, unknown>;
    };
    const generation = Number(metadata?.annotations?.['kubemirror.io/generation']);
    return { name, id: metadata?.labels?.[marker], generation, spec: spec ?? {} };
  } catch {
    return { name, id: undefined, generation: undefined, spec: {} };
  }
}
