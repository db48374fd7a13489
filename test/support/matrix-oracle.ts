import type { AccessAttributes } from '../../lib/core/access-attributes.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import { matrixEvents, matrixObjects } from './access-rows.ts';
import { matrixUsers } from './access-users.ts';
import type { AccessWorld } from './access-world.ts';
import { reviewOracle } from './review-oracle.ts';

/** Everything that the rows raise as a question, answered by the cluster's reviews. */
async function askReviews(
  world: Pick<AccessWorld, 'here' | 'elsewhere'>,
  cluster: 'here' | 'elsewhere',
  user: UserInfo,
): Promise<ReadonlyMap<string, boolean>> {
  const questions = new Map<string, AccessAttributes>();
  const add = (question: AccessAttributes): void => void questions.set(keyOf(question), question);
  for (const { cluster_name, api_group: group, resource, namespace, name } of matrixObjects) {
    for (const verb of ['get', 'list', 'watch'] as const) {
      add({ verb, group, resource, namespace: '', name: '' });
      add({ verb, group, resource, namespace, name: '' });
      if (cluster_name !== cluster) continue;
      add({ verb, group, resource, namespace, name });
      if (resource === 'namespaces') add({ verb, group, resource, namespace: name, name });
    }
  }
  for (const { namespace } of matrixEvents) {
    for (const verb of ['list', 'watch'] as const) {
      add({ verb, group: '', resource: 'events', namespace, name: '' });
      add({ verb, group: '', resource: 'events', namespace: '', name: '' });
    }
  }
  const answers = await Promise.all(
    [...questions].map(
      async ([key, question]) => [key, await world[cluster].reviews(user, question)] as const,
    ),
  );
  return new Map(answers);
}

function keyOf({ verb, group, resource, namespace, name }: AccessAttributes): string {
  return [verb, group, resource, namespace, name].join('\n');
}

/** What the reviews say about a user; of another cluster only where the user's name stands for the same there. */
export async function matrixOracle(world: Pick<AccessWorld, 'here' | 'elsewhere'>, name: string) {
  const given = matrixUsers[name];
  const user = given?.opaque ?? {
    username: name,
    groups: [...(given?.groups ?? []), 'system:authenticated'],
  };
  const names = given?.opaque === undefined ? (['here', 'elsewhere'] as const) : (['here'] as const);
  const authorities = await Promise.all(
    names.map(async (cluster) => {
      const answers = await askReviews(world, cluster, user);
      return {
        cluster,
        allows: (_: UserInfo, attributes: AccessAttributes): boolean => {
          const answer = answers.get(keyOf(attributes));
          if (answer === undefined)
            throw new Error(`Cannot tell: nobody asked about ${JSON.stringify(attributes)}`);
          return answer;
        },
      };
    }),
  );
  const may = (cluster: string, attributes: AccessAttributes): boolean =>
    authorities.find((one) => one.cluster === cluster)?.allows(user, attributes) ?? false;
  const knows = (cluster: string): boolean => authorities.some((one) => one.cluster === cluster);
  return { ...reviewOracle(authorities, user), may, knows };
}

export type Oracle = Awaited<ReturnType<typeof matrixOracle>>;
