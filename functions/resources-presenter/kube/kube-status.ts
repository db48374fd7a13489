import type { AccessAttributes } from '../../../lib/core/access-attributes.ts';
import type { RefusedOptions } from '../../../lib/core/kube-api/list-options.ts';
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

export function forbidden(username: string, verb: AccessAttributes['verb'], subject: Subject): Response {
  const { group, resource, namespace, name } = subject;
  const object = name === undefined ? '' : ` ${JSON.stringify(name)}`;
  const place = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
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

/**
 * A version that is too old to continue from: clients list again, or go on with `continueToken` and a list that
 * shows several states.
 */
export function expired(message: string, continueToken?: string): Response {
  return statusResponse(410, message, {
    ...(continueToken === undefined ? {} : { metadata: { continue: continueToken } }),
  });
}

/** A version that the mirror has not reached yet: clients come again. */
export function tooLargeVersion(wanted: string, current: string): Response {
  return statusResponse(504, `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    headers: { 'retry-after': '1' },
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

/** What is wrong with the options of a list or watch. */
export function refusedOptions(refused: RefusedOptions): Response {
  if (refused.kind === 'unreadable') return badRequest(refused.message);
  const texts = refused.problems.map(({ field, message }) => `${field}: ${message}`);
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return statusResponse(422, `ListOptions.meta.k8s.io "" is invalid: ${all}`, {
    details: { group: 'meta.k8s.io', kind: 'ListOptions', causes: refused.problems },
  });
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
