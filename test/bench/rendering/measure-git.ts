import { renderedOf } from '../../chaos/renderer/git-chaos-target.ts';
import { startGitServer } from '../../support/git-server.ts';
import type { Measures } from '../benchmark.ts';
import { insertAppConfigs } from '../cdc/commit-steadily.ts';
import { startRoad } from '../cdc/start-road.ts';
import type { RenderingContext } from './rendering-benchmark.ts';
import { countWrong, untilSettled } from './settled.ts';

const folder = 'resources/appconfigs';

/** Changes that come together, until all are on the branch of a repository over smart HTTP. */
export async function measureGit(context: RenderingContext): Promise<Measures> {
  const databaseUrl = await context.database.fresh();
  const server = await startGitServer();
  try {
    server.commitFile('README.md', 'of others');
    const road = await startRoad(context, {
      databaseUrl,
      renderer: { RENDER_MODE: 'git', GIT_TARGET_REPO: server.httpUrl, GIT_TOKEN: server.token.secret },
    });
    try {
      await insertAppConfigs(databaseUrl, context.settings.git_changes);
      const startedAtMs = performance.now();
      await untilSettled(context, databaseUrl);
      const seconds = (performance.now() - startedAtMs) / 1_000;
      const files = Object.entries(server.files(folder)).map(([file, content]) => renderedOf(file, content));
      const commits = Number(server.git('rev-list', '--count', 'main')) - 1;
      return { seconds, commits, wrong: await countWrong(databaseUrl, files) };
    } finally {
      await road.stop();
    }
  } finally {
    await server.close();
  }
}
