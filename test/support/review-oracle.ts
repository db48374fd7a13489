import type { AccessAttributes } from '../../lib/core/access-attributes.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';
import { authorize, indexRbac, type RbacObjects } from '../../lib/local/cluster/rbac.ts';
import type { RandomEvent, RandomObject } from './random-rows.ts';

/** One cluster's API server: what it answers to a review, one at a time. */
export type Authority = {
  readonly cluster: string;
  readonly rbac: RbacObjects;
  readonly allows: (user: UserInfo, attributes: Omit<AccessAttributes, 'subresource'>) => boolean;
};

export function reviewAuthority(cluster: string, rbac: RbacObjects): Authority {
  const index = indexRbac(rbac);
  return {
    cluster,
    rbac,
    allows: (user, attributes) =>
      authorize(index, user, { kind: 'resource', subresource: '', ...attributes }).allowed,
  };
}

/** What the API server says about one row, and nothing of ours. */
export function reviewOracle(authorities: readonly Omit<Authority, 'rbac'>[], user: UserInfo) {
  const of = (cluster: string) => authorities.find((one) => one.cluster === cluster);
  const may = (
    verb: 'get' | 'list' | 'watch',
    row: { cluster_name: string; api_group: string; resource: string; namespace: string },
    name: string,
  ): boolean => {
    const { api_group: group, resource, namespace } = row;
    return of(row.cluster_name)?.allows(user, { verb, group, resource, namespace, name }) ?? false;
  };
  const mayGet = (
    row: { cluster_name: string; api_group: string; resource: string; namespace: string },
    name: string,
  ): boolean =>
    // A request for one Namespace is a request inside it.
    row.api_group === '' && row.resource === 'namespaces'
      ? may('get', { ...row, namespace: name }, name)
      : may('get', row, name);
  const mayGetInvolved = (event: RandomEvent): boolean =>
    event.involved_object_resource !== null &&
    mayGet(
      {
        cluster_name: event.cluster_name ?? '',
        api_group: event.involved_object_group,
        resource: event.involved_object_resource,
        namespace: event.involved_object_namespace,
      },
      event.involved_object_name,
    );
  return {
    mayGet,
    /** Every list that would show the object: of its place, or with its name as a field selector. */
    mayRead: (verb: 'list' | 'watch', row: RandomObject, askedName: string | undefined): boolean =>
      may(verb, row, '') ||
      may(verb, { ...row, namespace: '' }, '') ||
      (askedName !== undefined && askedName === row.name && may(verb, row, row.name)),
    mayGetInvolved,
    maySeeEvent: (event: RandomEvent): boolean =>
      may(
        'list',
        {
          cluster_name: event.cluster_name ?? '',
          api_group: '',
          resource: 'events',
          namespace: event.namespace,
        },
        '',
      ) || mayGetInvolved(event),
  };
}
