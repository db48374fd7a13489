import { type MatrixObject, matrixObjects, past } from './access-rows.ts';
import type { Oracle } from './matrix-oracle.ts';
import { isLive } from './matrix-questions.ts';

export const uidsOf = (rows: readonly { readonly uid: string }[]): string[] =>
  rows.map((row) => row.uid).sort();

/** Who is reached from an object by owners and by what is owned, through objects that may be got alone. */
function familyOf(root: MatrixObject, mayGet: (row: MatrixObject) => boolean): string[] {
  const others = matrixObjects.filter((row) => row.cluster_name === root.cluster_name && mayGet(row));
  const reached = (isNext: (from: MatrixObject, to: MatrixObject) => boolean): MatrixObject[] => {
    const found = [root];
    for (const from of found) {
      found.push(...others.filter((to) => !found.includes(to) && isNext(from, to)));
    }
    return found;
  };
  const family = [
    ...reached((from, to) => from.owner === to.uid),
    ...reached((from, to) => to.owner === from.uid),
  ];
  return uidsOf([...new Set(family)]);
}

const tableForm = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Each says which rows it shows, whoever may see them. */
export const kubeViews = [
  { view: '', cluster: 'here', among: isLive },
  { view: '/deleted', cluster: 'here', among: (row: MatrixObject) => !isLive(row) },
  { view: `/at/${past}`, cluster: 'here', among: isLive },
  { view: '/clusters/elsewhere', cluster: 'elsewhere', among: isLive },
] as const;

export const kubePlaces = [
  { group: 'apps', resource: 'deployments', namespace: '' },
  { group: 'apps', resource: 'deployments', namespace: 'shop' },
  { group: 'apps', resource: 'deployments', namespace: 'bank' },
  { group: '', resource: 'pods', namespace: '' },
  { group: '', resource: 'pods', namespace: 'shop' },
  { group: '', resource: 'pods', namespace: 'bank' },
  { group: '', resource: 'nodes', namespace: '' },
  { group: '', resource: 'namespaces', namespace: '' },
] as const;

export function pathOf(place: {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
}): string {
  const root = place.group === '' ? '/api/v1' : `/apis/${place.group}/v1`;
  return `${root}${place.namespace === '' ? '' : `/namespaces/${place.namespace}`}/${place.resource}`;
}

type Place = (typeof kubePlaces)[number];
type View = (typeof kubeViews)[number];

export function isIn({ group, resource, namespace }: Place, row: MatrixObject): boolean {
  if (row.api_group !== group || row.resource !== resource) return false;
  return namespace === '' || row.namespace === namespace;
}

/** Views of the past differ in their rows alone: one kind shows that rights are the same. */
export function placesOf({ view }: View): readonly Place[] {
  return view === '/deleted' || view.startsWith('/at') ? kubePlaces.slice(0, 3) : kubePlaces;
}

export function objectsOf({ cluster, view }: View): readonly MatrixObject[] {
  const rows = matrixObjects.filter((row) => row.cluster_name === cluster);
  return view.startsWith('/at')
    ? rows.slice(0, 4)
    : rows.filter((row) => view !== '/deleted' || !isLive(row));
}

export type Expectation = {
  readonly path: string;
  readonly accept?: string;
  readonly status: number;
  readonly uids: readonly string[];
};

/** A list, and the same as a table: all of the place or nothing. */
export function expectedList(says: Oracle, { view, cluster, among }: View, place: Place): Expectation[] {
  const path = `${view}${pathOf(place)}`;
  const refused = (status: number): Expectation[] => [{ path, status, uids: [] }];
  if (!says.knows(cluster)) return refused(404);
  if (!says.may(cluster, { verb: 'list', ...place, name: '' })) return refused(403);
  const ofKind = matrixObjects.filter(
    (row) => row.cluster_name === cluster && row.resource === place.resource,
  );
  if (ofKind.length === 0) return refused(404);
  const found = { path, status: 200, uids: uidsOf(ofKind.filter((row) => isIn(place, row) && among(row))) };
  return view === '' ? [found, { ...found, accept: tableForm }] : [found];
}

/** One object, and a list of its name alone. */
export function expectedObject(
  says: Oracle,
  { view, cluster, among }: View,
  row: MatrixObject,
): Expectation[] {
  const { api_group: group, resource, namespace, name } = row;
  const path = `${view}${pathOf({ group, resource, namespace })}`;
  const mayList = says.may(cluster, { verb: 'list', group, resource, namespace, name });
  const isShown = says.knows(cluster) && among(row);
  const getStatus = says.mayGet(row, name) ? (isShown ? 200 : 404) : 403;
  return [
    { path: `${path}/${name}`, status: says.knows(cluster) ? getStatus : 404, uids: [] },
    {
      path: `${path}?fieldSelector=metadata.name%3D${name}`,
      status: says.knows(cluster) ? (mayList ? 200 : 403) : 404,
      uids: mayList && isShown ? [row.uid] : [],
    },
  ];
}

/** What is under an object's own path; without uids where it may not be told from what is not there. */
export function expectedParts(
  says: Oracle,
  row: MatrixObject,
): { part: string; uids: string[] | undefined }[] {
  const mayGet = (other: MatrixObject): boolean => says.mayGet(other, other.name);
  if (!mayGet(row)) {
    // The object itself, and one of the rest in turn.
    const others = ['/history', '/history/1', '/tree', '/events'];
    const other = others[matrixObjects.indexOf(row) % others.length] ?? '';
    return ['', other].map((part) => ({ part, uids: undefined }));
  }
  return [
    { part: '', uids: isLive(row) ? [row.uid] : undefined },
    { part: '/history/1', uids: [] },
    { part: '/tree?deleted=true', uids: familyOf(row, mayGet) },
    { part: '/events', uids: [`about-${row.uid}`] },
  ];
}
