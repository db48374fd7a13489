import type { AccessAttributes } from '../../../lib/core/access-attributes.ts';
import { statusResponse } from '../../../lib/http/status-response.ts';

/** What a refusal is about. All are in the API server's own words, because clients and people know these. */
type Subject = {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string | undefined;
};

export function qualifiedResource({ group, resource }: Pick<Subject, 'group' | 'resource'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}

export function forbidden(
  username: string,
  verb: AccessAttributes['verb'],
  subject: Subject & { readonly namespaced: boolean },
): Response {
  const { group, resource, namespace, name } = subject;
  const object = name === undefined ? '' : ` ${JSON.stringify(name)}`;
  const place =
    subject.namespaced && namespace !== '' ? `in the namespace "${namespace}"` : 'at the cluster scope';
  return statusResponse(
    403,
    `${qualifiedResource(subject)}${object} is forbidden: User ${JSON.stringify(username)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${place}`,
    { details: details(subject) },
  );
}

export function notFound(subject: Subject): Response {
  const message = `${qualifiedResource(subject)} ${JSON.stringify(subject.name)} not found`;
  return statusResponse(404, message, { details: details(subject) });
}

/** A path that leads to no resource. */
export function noSuchResource(): Response {
  return statusResponse(404, 'the server could not find the requested resource', { details: {} });
}

export function badRequest(message: string): Response {
  return statusResponse(400, message);
}

/** A version that is too old to continue from: clients list again. */
export function expired(message: string): Response {
  return statusResponse(410, message);
}

export function readOnly(): Response {
  return statusResponse(
    405,
    'this is a read-only view of the cluster from its mirror: write to the cluster itself',
    {
      headers: { allow: 'GET, HEAD, OPTIONS' },
    },
  );
}

function details({ group, resource, name }: Subject): object {
  return { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource };
}
