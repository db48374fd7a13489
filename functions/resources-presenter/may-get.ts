import type { AccessControl, Decision } from '../../lib/access/access-control.ts';
import type { UserInfo } from '../../lib/core/user-info.ts';

/** Whether the user may get this one object, as the API server decides it. */
export function mayGet(
  access: AccessControl,
  user: UserInfo,
  object: {
    readonly api_group: string;
    readonly resource: string;
    readonly namespace: string;
    readonly name: string;
  },
): Promise<Decision> {
  const { api_group: group, resource, namespace, name } = object;
  return access.decide(user, {
    verb: 'get',
    group,
    resource,
    // Requests for one Namespace carry its own name as their namespace, so that a Role in it can allow them.
    namespace: group === '' && resource === 'namespaces' ? name : namespace,
    name,
  });
}
