import type { UserInfo } from '../../../core/user-info.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { forbidden, StatusError } from '../http/status-error.ts';
import { authorize, type RbacIndex } from '../rbac.ts';
import type { AuthorizationAttributes } from '../rbac-rules.ts';

/** Paths that answer everybody, as `--authorization-always-allow-paths` has them by default. */
const alwaysAllowed = new Set(['/healthz', '/readyz', '/livez']);

/** @throws StatusError 403 where RBAC does not let the user send this request */
export function authorizeRequest(index: RbacIndex, user: UserInfo, info: RequestInfo): void {
  if (info.resource === undefined && alwaysAllowed.has(info.path)) return;
  const attributes = attributesOf(info);
  const decision = authorize(index, user, attributes);
  if (!decision.allowed) throw refusal(user, attributes, decision.reason);
}

/** 403 in the server's words: who may not do what, where. */
export function refusal(user: UserInfo, attributes: AuthorizationAttributes, reason: string): StatusError {
  const who = JSON.stringify(user.username);
  const why = reason === '' ? '' : `: ${reason}`;
  if (attributes.kind === 'url') {
    return new StatusError({
      code: 403,
      reason: 'Forbidden',
      message: `forbidden: User ${who} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}${why}`,
      details: {},
    });
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return forbidden(
    { group, resource },
    name,
    `User ${who} cannot ${verb} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}${why}`,
  );
}

function attributesOf(info: RequestInfo): AuthorizationAttributes {
  if (info.resource === undefined) return { kind: 'url', verb: info.verb, path: info.path };
  const { group, resource, subresource, namespace, name } = info.resource;
  return {
    kind: 'resource',
    verb: info.verb,
    group,
    resource,
    subresource,
    namespace,
    name: name === '' ? nameOfFieldSelector(info) : name,
  };
}

/** Lists by name count as requests for that one object, so that `resourceNames` works for them. */
function nameOfFieldSelector(info: RequestInfo): string {
  if (info.verb !== 'list' && info.verb !== 'watch') return '';
  const term = (info.query.get('fieldSelector') ?? '')
    .split(',')
    .find((part) => /^metadata\.name==?[^=!]+$/.test(part));
  return term?.replace(/^metadata\.name==?/, '') ?? '';
}
