import { type MatrixObject, past } from './access-rows.ts';
import type { RandomEvent } from './random-rows.ts';

export const isLive = (row: MatrixObject): boolean => row.deleted_at === null;
const isApps = (row: MatrixObject): boolean => row.api_group === 'apps';
/** As it was stored: what was deleted before is not there. */
const wasThere = (row: MatrixObject): boolean => row.deleted_at === null;

export type ListQuestion = {
  readonly query: string;
  readonly among: (row: MatrixObject) => boolean;
  readonly name?: string;
  /** Where the question itself is forbidden if nothing of it may be listed. */
  readonly single?: true;
  /** Is counted and summarised, too. */
  readonly counts?: true;
};

/** Lists of objects: which rows each asks for, whoever may see them. */
export const lists: readonly ListQuestion[] = [
  { query: 'group=apps,core&namespace=*&limit=3', counts: true, among: isLive },
  {
    query: 'group=apps&namespace=shop',
    among: (row) => isLive(row) && isApps(row) && row.namespace === 'shop',
  },
  ...(['shop', 'bank', 'lab'] as const).map((namespace) => ({
    query: `group=apps&resource=deployments&namespace=${namespace}`,
    among: (row: MatrixObject) =>
      isLive(row) && row.resource === 'deployments' && row.namespace === namespace,
    single: true as const,
    counts: true as const,
  })),
  {
    query: 'group=apps&resource=deployments&namespace=bank&name=ledger',
    among: (row) => row.uid === 'deployments-ledger',
    name: 'ledger',
    single: true,
  },
  { query: 'group=apps&namespace=*&name=cart', among: (row) => row.uid === 'deployments-cart', name: 'cart' },
  { query: 'group=core&kind=Namespace&namespace=*', among: (row) => row.resource === 'namespaces' },
  { query: 'group=apps,core&namespace=*&deleted=true', counts: true, among: (row) => !isLive(row) },
  { query: 'group=apps&namespace=*&deleted=all', among: isApps },
  { query: `group=apps,core&namespace=*&at=${past}`, counts: true, among: wasThere },
  {
    query: 'group=apps&namespace=*&name_contains=ledg',
    counts: true,
    among: (row) => isLive(row) && row.name.includes('ledg'),
  },
  {
    query: 'group=apps,core&namespace=*&label_selector=tier%3Dsecret',
    among: (row) => isLive(row) && row.namespace === 'bank',
  },
  {
    query: 'group=apps&namespace=*&labels=%7B%22tier%22:%22open%22%7D',
    among: (row) => isLive(row) && isApps(row) && row.namespace !== 'bank',
  },
  {
    query: 'group=apps&namespace=*&cluster=elsewhere',
    among: (row) => isApps(row) && row.cluster_name === 'elsewhere',
  },
  { query: 'group=apps&namespace=*&cluster=nowhere', among: () => false },
  {
    query: 'group=apps&namespace=*&fields=global_uid,raw.metadata.uid&sort_by=updated_at',
    among: (row) => isLive(row) && isApps(row),
  },
];

export type EventQuestion = {
  readonly query: string;
  readonly among: (event: RandomEvent) => boolean;
  readonly counts?: true;
};

/** The same for events. */
export const eventLists: readonly EventQuestion[] = [
  { query: 'limit=4', counts: true, among: () => true },
  { query: 'namespace=bank', counts: true, among: (event) => event.namespace === 'bank' },
  { query: 'namespace=default', among: (event) => event.namespace === 'default' },
  { query: 'text=combination%204711', counts: true, among: (event) => event.namespace === 'bank' },
  {
    query: 'kind=Pod&until=2027-01-01T00:00:00Z',
    among: (event) => event.involved_object_resource === 'pods',
  },
  { query: 'involved_name=vault', among: (event) => event.involved_object_name === 'vault' },
  {
    query: 'involved_uid=deployments-ledger',
    among: (event) => event.involved_object_uid === 'deployments-ledger',
  },
  { query: 'cluster=elsewhere', counts: true, among: (event) => event.cluster_name === 'elsewhere' },
  { query: 'cluster=nowhere', among: () => false },
];
