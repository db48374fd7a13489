import { configSchema as eventsConfig } from '../../functions/events-presenter/config.ts';
import { startEventsPresenter } from '../../functions/events-presenter/start-events-presenter.ts';
import { configSchema as resourcesConfig } from '../../functions/resources-presenter/config.ts';
import { startResourcesPresenter } from '../../functions/resources-presenter/start-resources-presenter.ts';
import { type Operation, readOperations } from './described-operation.ts';
import { insertEvents } from './insert-events.ts';
import { insertHistory } from './insert-history.ts';
import { insertResources } from './insert-resources.ts';
import { type ReadingWorld, startReadingWorld } from './reading-world.ts';

export const composition = '0f9c2d1e-0000-4000-8000-000000000001';

const deployment: Readonly<Record<string, string>> = {
  global_uid: 'here:cart-uid',
  resource_version: '11',
  group: 'apps',
  version: 'v1',
  namespace: 'shop',
  name: 'cart',
  resource: 'deployments',
};

/** Good values of an operation's path parameters. */
export function pathValuesOf({ path }: Operation): Readonly<Record<string, string>> {
  const isCore = path.startsWith('/api/');
  const isNamed = path.endsWith('/{name}');
  if (isNamed && !path.includes('{namespace}')) {
    return isCore
      ? { ...deployment, name: 'node-1', resource: 'nodes' }
      : { ...deployment, group: 'rbac.authorization.k8s.io', name: 'viewer', resource: 'clusterroles' };
  }
  return isCore ? { ...deployment, name: 'web-1', resource: 'pods' } : deployment;
}

export type DescribedPresenter = {
  readonly name: 'events-presenter' | 'resources-presenter';
  readonly world: ReadingWorld;
  readonly operations: readonly Operation[];
  /** Of one who may see everything. */
  readonly token: string;
};

/** Both presenters with a few objects, versions and events each, and what they say of their APIs. */
export async function startDescribedPresenters(): Promise<DescribedPresenter[]> {
  const environment = { QUERY_TIMEOUT: '5s' };
  const events = await startReadingWorld({ schema: eventsConfig, start: startEventsPresenter, environment });
  const resources = await startReadingWorld({
    schema: resourcesConfig,
    start: startResourcesPresenter,
    environment,
  });
  for (const { database } of [events, resources]) {
    const { pool } = database;
    const labels = { app: 'cart' };
    await insertResources(pool, [
      { name: 'cart', labels, composition_id: composition, status_raw: { replicas: 2 } },
      { name: 'checkout', labels },
      { name: 'ledger', namespace: 'bank' },
      { name: 'in-default', namespace: 'default', composition_id: composition },
      { name: 'gone', namespace: 'default', deleted_at: '2026-11-20T11:00:00Z' },
      { name: 'web-1', api_group: '', resource: 'pods', kind: 'Pod' },
      { name: 'node-1', namespace: '', api_group: '', resource: 'nodes', kind: 'Node' },
      {
        name: 'viewer',
        namespace: '',
        api_group: 'rbac.authorization.k8s.io',
        resource: 'clusterroles',
        kind: 'ClusterRole',
      },
      { name: 'web-2', api_group: '', resource: 'pods', kind: 'Pod' },
    ]);
    await insertHistory(pool, [
      { name: 'cart', resource_version: 10, recorded_at: '2026-11-20T10:00:00Z' },
      { name: 'cart', resource_version: 11, recorded_at: '2026-11-20T10:30:00Z' },
    ]);
    await insertEvents(pool, [
      { name: 'first', composition_id: composition },
      { name: 'second', namespace: 'bank', event_type: 'Warning', reason: null, message: null },
      {
        name: 'third',
        involved_object_group: 'apps',
        involved_object_resource: 'deployments',
        involved_object_name: 'cart',
        involved_object_uid: 'cart-uid',
      },
    ]);
  }
  return Promise.all(
    [
      { name: 'events-presenter', world: events } as const,
      { name: 'resources-presenter', world: resources } as const,
    ].map(async ({ name, world }) => ({
      name,
      world,
      operations: await readOperations(world.url),
      token: await world.token('root', ['system:masters']),
    })),
  );
}
