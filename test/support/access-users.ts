import type { KubernetesObject } from '../../lib/core/kubernetes-object.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import { aggregatedRole, bindingObject, type RuleFixture, roleObject } from './rbac-objects.ts';

/** Who reads: by a JWT of the issuer, or where `opaque` is set by a token of the cluster `here`. */
export type MatrixUser = {
  readonly groups: readonly string[];
  readonly opaque?: UserInfo;
  /** RBAC objects in `here`, and in `elsewhere`. */
  readonly here: readonly KubernetesObject[];
  readonly elsewhere: readonly KubernetesObject[];
};

const read = ['get', 'list', 'watch'];
const apps = (
  verbs: readonly string[],
  resources: readonly string[],
  names?: readonly string[],
): RuleFixture[] => [
  { verbs, apiGroups: ['apps'], resources, ...(names === undefined ? {} : { resourceNames: names }) },
];
const core = (
  verbs: readonly string[],
  resources: readonly string[],
  names?: readonly string[],
): RuleFixture[] => [
  { verbs, apiGroups: [''], resources, ...(names === undefined ? {} : { resourceNames: names }) },
];

let roles = 0;

/** Rights by a role of their own: in a namespace, or without one everywhere. */
function rights(to: string, rules: readonly RuleFixture[], namespace?: string): KubernetesObject[] {
  roles += 1;
  const role = roleObject(`role-${roles}`, namespace, rules);
  return [role, bindingObject(`binding-${roles}`, namespace, role, [to])];
}

function user(here: readonly KubernetesObject[], more: Partial<MatrixUser> = {}): MatrixUser {
  return { groups: [], elsewhere: [], ...more, here };
}

const view = aggregatedRole('matrix-view', { matrix: 'view' });
const viewPods = roleObject('matrix-view-pods', undefined, core(read, ['pods']), { matrix: 'view' });
const shared = roleObject('matrix-shared', undefined, apps(read, ['deployments']));
const robot = { username: 'system:serviceaccount:shop:robot', groups: ['system:serviceaccounts:shop'] };

/** By what they are to show. */
export const matrixUsers: Readonly<Record<string, MatrixUser>> = {
  'an administrator': user([], { groups: ['system:masters'] }),
  'nobody in particular': user([]),
  'a member of a group with a Role': user(rights('group:shop-team', apps(read, ['deployments']), 'shop'), {
    groups: ['shop-team'],
  }),
  'a namesake of a group': user(rights('group:a namesake of a group', [...apps(['*'], ['*'])])),
  'a reader everywhere': user(rights('user:a reader everywhere', apps(read, ['deployments', 'replicasets']))),
  'a reader of one name': user(
    rights('user:a reader of one name', apps(read, ['deployments'], ['ledger']), 'bank'),
  ),
  'a reader of names everywhere': user(
    rights('user:a reader of names everywhere', apps(read, ['*'], ['cart', 'lost', 'far'])),
  ),
  'a reader of all in one namespace': user(
    rights(
      'user:a reader of all in one namespace',
      [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      'shop',
    ),
  ),
  'a reader of one kind in all groups': user(
    rights(
      'user:a reader of one kind in all groups',
      [{ verbs: read, apiGroups: ['*'], resources: ['pods'] }],
      'bank',
    ),
  ),
  'a reader of subresources': user(
    rights('user:a reader of subresources', [
      { verbs: ['*'], apiGroups: ['*'], resources: ['deployments/status', 'pods/log', '*/scale', 'pods/*'] },
    ]),
  ),
  'a lister who may not get': user(
    rights('user:a lister who may not get', apps(['list'], ['deployments']), 'bank'),
  ),
  'a getter who may not list': user(
    rights('user:a getter who may not list', [...apps(['get'], ['*']), ...core(['get'], ['pods', 'nodes'])]),
  ),
  'a watcher alone': user(rights('user:a watcher alone', apps(['watch'], ['deployments']), 'shop')),
  'a writer alone': user(
    rights('user:a writer alone', apps(['create', 'update', 'patch', 'delete'], ['deployments']), 'shop'),
  ),
  'a reader of events': user(rights('user:a reader of events', core(read, ['events']), 'bank')),
  'a reader of one pod': user(rights('user:a reader of one pod', core(['get'], ['pods'], ['vault']), 'bank')),
  'a reader by aggregation': user([
    view,
    viewPods,
    bindingObject('matrix-view', 'shop', view, ['user:a reader by aggregation']),
  ]),
  'a reader of what has no namespace': user(
    rights('user:a reader of what has no namespace', core(read, ['nodes', 'namespaces'])),
  ),
  'a reader of the own Namespace': user(
    rights('user:a reader of the own Namespace', core(read, ['namespaces', 'nodes']), 'shop'),
  ),
  'a reader by a ClusterRole in one namespace': user([
    shared,
    bindingObject('matrix-shared', 'lab', shared, ['user:a reader by a ClusterRole in one namespace']),
  ]),
  'somebody bound to a role that is not there': user([
    bindingObject('matrix-missing', 'shop', roleObject('missing', 'shop', []), [
      'user:somebody bound to a role that is not there',
    ]),
  ]),
  'a service account': user(rights('account:shop/robot', core(read, ['pods', 'events']), 'shop'), {
    opaque: robot,
    // Elsewhere the same name is somebody else.
    elsewhere: rights('account:shop/robot', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]),
  }),
  'a reader of another cluster': user([], {
    elsewhere: rights('user:a reader of another cluster', [
      ...apps(read, ['deployments']),
      ...core(read, ['events']),
    ]),
  }),
  'a reader of two clusters': user(
    rights('user:a reader of two clusters', apps(read, ['deployments']), 'bank'),
    {
      elsewhere: rights('user:a reader of two clusters', core(read, ['pods']), 'bank'),
    },
  ),
};
