import { z } from 'zod';
import type { ClusterAccess } from '../../../lib/access/cluster-access.ts';
import type { KnownCaller } from '../../../lib/core/caller.ts';
import { rightsUnknownResponse } from '../../../lib/http/rights-unknown-response.ts';
import { badRequest } from './kube-status.ts';

const attributesSchema = z.object({
  verb: z.string().default(''),
  group: z.string().default(''),
  resource: z.string().default(''),
  subresource: z.string().optional(),
  namespace: z.string().default(''),
  name: z.string().default(''),
});

const accessReviewSchema = z.object({
  spec: z.object({
    resourceAttributes: attributesSchema.optional(),
    nonResourceAttributes: z.object({}).optional(),
  }),
});

/** What can be done here at all: the view is read-only, whatever the cluster would allow. */
const readVerbs = ['get', 'list', 'watch'] as const;

/**
 * SelfSubjectAccessReview, for `kubectl auth can-i`: whether the caller may read something here. Answers for
 * verbs that write are no, because nothing can be written here.
 */
export async function selfSubjectAccessReview(
  caller: KnownCaller,
  { access }: ClusterAccess,
  body: unknown,
): Promise<Response> {
  const review = accessReviewSchema.safeParse(body);
  if (!review.success) return badRequest('expected a SelfSubjectAccessReview with resourceAttributes');
  const { spec } = review.data;
  const { resourceAttributes: attributes } = spec;
  const verb = readVerbs.find((known) => known === attributes?.verb);
  if (attributes === undefined || verb === undefined) {
    return reviewed(body, {
      allowed: false,
      reason: 'only get, list and watch of resources are served here',
    });
  }
  const decision = await access.decide(caller.user, {
    verb,
    group: attributes.group,
    resource: attributes.resource,
    ...(attributes.subresource === undefined || attributes.subresource === ''
      ? {}
      : { subresource: attributes.subresource }),
    namespace: attributes.namespace,
    name: attributes.name,
  });
  if (decision === 'unknown') return rightsUnknownResponse();
  return reviewed(body, { allowed: decision === 'allowed' });
}

/** SelfSubjectReview, for `kubectl auth whoami`. */
export function selfSubjectReview(caller: KnownCaller, version: string): Response {
  const { username, uid, groups, extra } = caller.user;
  return Response.json(
    {
      kind: 'SelfSubjectReview',
      apiVersion: `authentication.k8s.io/${version}`,
      metadata: { creationTimestamp: null },
      status: {
        userInfo: {
          username,
          ...(uid === undefined ? {} : { uid }),
          groups,
          ...(extra === undefined ? {} : { extra }),
        },
      },
    },
    { status: 201 },
  );
}

function reviewed(body: unknown, status: object): Response {
  return Response.json({ ...(body as object), status }, { status: 201 });
}
