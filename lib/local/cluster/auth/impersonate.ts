import type { IncomingHttpHeaders } from 'node:http';

import type { UserInfo } from '../../../core/user-info.ts';
import { badRequest } from '../http/status-error.ts';
import type { AuthorizationAttributes } from '../rbac-rules.ts';

/** The user a request wants to be, and every permission that it takes. */
export type Impersonation = {
  readonly user: UserInfo;
  readonly needs: readonly Extract<AuthorizationAttributes, { kind: 'resource' }>[];
};

const serviceAccountPrefix = 'system:serviceaccount:';

/**
 * Reads the `Impersonate-*` headers; undefined where there are none.
 * @throws StatusError 400 for groups, a uid or extra values without a user
 */
export function parseImpersonation(
  rawHeaders: readonly string[],
  headers: IncomingHttpHeaders,
): Impersonation | undefined {
  const username = single(headers['impersonate-user']);
  const uid = single(headers['impersonate-uid']);
  const groups = valuesOf(rawHeaders, 'impersonate-group');
  const extra = extraOf(rawHeaders);
  if (username === '') {
    if (groups.length === 0 && uid === '' && extra.size === 0) return undefined;
    throw badRequest('requested impersonation of groups, uid or extra without impersonating a user');
  }
  const [namespace, account] = serviceAccountOf(username);
  const needs = [
    account === undefined
      ? need('', 'users', '', username)
      : need('', 'serviceaccounts', namespace ?? '', account),
    ...groups.map((group) => need('', 'groups', '', group)),
    ...(uid === '' ? [] : [need('authentication.k8s.io', 'uids', '', uid)]),
    ...[...extra].flatMap(([key, values]) =>
      values.map((value) => ({
        ...need('authentication.k8s.io', 'userextras', '', value),
        subresource: key,
      })),
    ),
  ];
  return {
    user: {
      username,
      ...(uid === '' ? {} : { uid }),
      groups: completeGroups(username, groups, namespace),
      ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
    },
    needs,
  };
}

function completeGroups(
  username: string,
  groups: readonly string[],
  namespace: string | undefined,
): readonly string[] {
  const given =
    groups.length === 0 && namespace !== undefined
      ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
      : groups;
  if (given.includes('system:authenticated') || given.includes('system:unauthenticated')) return given;
  return [...given, username === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'];
}

function serviceAccountOf(username: string): [namespace?: string, name?: string] {
  if (!username.startsWith(serviceAccountPrefix)) return [];
  const [namespace, name, ...more] = username.slice(serviceAccountPrefix.length).split(':');
  return namespace === undefined || name === undefined || more.length > 0 ? [] : [namespace, name];
}

function need(group: string, resource: string, namespace: string, name: string) {
  return {
    kind: 'resource',
    verb: 'impersonate',
    group,
    resource,
    subresource: '',
    namespace,
    name,
  } as const;
}

function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** `headers` joins repeated lines with a comma, which may stand inside a group name. */
function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return pairs(rawHeaders)
    .filter(([key]) => key === name)
    .map(([, value]) => value);
}

function extraOf(rawHeaders: readonly string[]): Map<string, string[]> {
  const prefix = 'impersonate-extra-';
  const extra = new Map<string, string[]>();
  for (const [key, value] of pairs(rawHeaders)) {
    if (!key.startsWith(prefix)) continue;
    const name = decodeURIComponent(key.slice(prefix.length));
    extra.set(name, [...(extra.get(name) ?? []), value]);
  }
  return extra;
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    result.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '']);
  }
  return result;
}
