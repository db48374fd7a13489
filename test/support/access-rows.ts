import type { Pool } from 'pg';
import { insertEvents } from './insert-events.ts';
import { insertHistory } from './insert-history.ts';
import { insertResources } from './insert-resources.ts';
import type { RandomEvent, RandomObject } from './random-rows.ts';

export type MatrixObject = RandomObject & { readonly updated_at: string; readonly owner?: string };

const kinds = {
  deployments: { api_group: 'apps', kind: 'Deployment' },
  replicasets: { api_group: 'apps', kind: 'ReplicaSet' },
  pods: { api_group: '', kind: 'Pod' },
  nodes: { api_group: '', kind: 'Node' },
  namespaces: { api_group: '', kind: 'Namespace' },
} as const;

type Options = { cluster?: string; deleted?: boolean; owner?: string; changed?: boolean };

function object(
  resource: keyof typeof kinds,
  namespace: string,
  name: string,
  more: Options = {},
): MatrixObject {
  const { api_group, kind } = kinds[resource];
  return {
    name,
    namespace,
    resource,
    kind,
    api_group,
    api_version: 'v1',
    uid: uidOf(resource, name),
    cluster_name: more.cluster ?? 'here',
    labels: { tier: namespace === 'bank' ? 'secret' : 'open' },
    updated_at: more.changed ? '2026-11-20T14:00:00Z' : '2026-11-20T10:00:00Z',
    deleted_at: more.deleted ? '2026-11-20T12:00:00Z' : null,
    ...(more.owner === undefined ? {} : { owner: more.owner }),
  };
}

function uidOf(resource: string, name: string): string {
  return `${resource}-${name}`;
}

/** When all that is not deleted by then was there. */
export const past = '2026-11-20T13:00:00Z';

/** What the mirror has: of three clusters, for two of which somebody decides. */
export const matrixObjects: readonly MatrixObject[] = [
  object('deployments', 'shop', 'cart'),
  object('deployments', 'shop', 'checkout', { changed: true }),
  object('deployments', 'bank', 'ledger', { changed: true }),
  object('deployments', 'bank', 'cart-of-bank'),
  object('deployments', 'lab', 'probe'),
  object('deployments', 'shop', 'gone', { deleted: true }),
  object('deployments', 'bank', 'lost', { deleted: true }),
  object('replicasets', 'shop', 'cart-1', { owner: uidOf('deployments', 'cart') }),
  object('pods', 'shop', 'cart-1-a', { owner: uidOf('replicasets', 'cart-1') }),
  object('pods', 'shop', 'web'),
  object('pods', 'bank', 'vault', { owner: uidOf('deployments', 'ledger') }),
  object('nodes', '', 'node-1'),
  object('namespaces', '', 'shop'),
  object('namespaces', '', 'bank'),
  object('deployments', 'shop', 'far', { cluster: 'elsewhere' }),
  object('pods', 'bank', 'far-vault', { cluster: 'elsewhere' }),
  object('deployments', 'shop', 'orphan', { cluster: 'nowhere' }),
];

/** One event about each object, and one about something of an unknown kind. */
export const matrixEvents: readonly RandomEvent[] = [
  ...matrixObjects.map((about) => eventAbout(about)),
  { ...eventAbout(object('deployments', 'shop', 'riddle')), involved_object_resource: null },
];

function eventAbout(about: MatrixObject): RandomEvent & { readonly message: string } {
  return {
    name: `about-${about.uid}`,
    uid: `about-${about.uid}`,
    cluster_name: about.cluster_name,
    namespace: about.namespace === '' ? 'default' : about.namespace,
    message: about.namespace === 'bank' ? 'the combination is 4711' : 'all is well',
    resource_kind: `v1.${about.kind}`,
    involved_object_kind: about.kind,
    involved_object_group: about.api_group,
    involved_object_resource: about.resource,
    involved_object_namespace: about.namespace,
    involved_object_name: about.name,
    involved_object_uid: about.uid,
  };
}

/** Stores all of it, with the versions that it came from. */
export async function insertMatrixRows(pool: Pool): Promise<void> {
  const objects = matrixObjects.map(({ owner: _owner, ...row }) => row);
  await insertResources(pool, objects);
  for (const { uid, owner } of matrixObjects) {
    if (owner !== undefined) {
      await pool.query('update resources set owner_uids = array[$2] where uid = $1', [uid, owner]);
    }
  }
  await commitMatrixRows(pool, '2026-11-20T10:00:00Z');
}

/** Commits one more version of every object and of every event. */
export async function commitMatrixRows(pool: Pool, recordedAt: string, version = 1): Promise<void> {
  await insertHistory(
    pool,
    matrixObjects.map(({ labels, deleted_at: _deleted, updated_at: _updated, owner: _owner, ...row }) => ({
      ...row,
      resource_version: version,
      recorded_at: recordedAt,
      raw: { kind: row.kind, metadata: { name: row.name, namespace: row.namespace, uid: row.uid, labels } },
    })),
  );
  await insertEvents(
    pool,
    matrixEvents.map((event) => ({ ...event, resource_version: version })),
  );
}
