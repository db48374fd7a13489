import { z } from 'zod';
import type { AccessAttributes } from '../core/access-attributes.ts';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { Decision } from './access-control.ts';

const reviewTimeoutMs = 5_000;

const reviewSchema = z.object({
  status: z.object({ allowed: z.boolean().optional(), denied: z.boolean().optional() }),
});

export type ReviewAccess = (user: UserInfo, attributes: AccessAttributes) => Promise<Decision>;

/** Asks the API server what it would decide now (SubjectAccessReview); one request per call. */
export function createReviewAccess(options: {
  readonly request: KubernetesRequest;
  /** Gets why a question went unanswered. */
  readonly onUnknown: (reason: string) => void;
}): ReviewAccess {
  return async (user, attributes) => {
    try {
      const answer = await options.request({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: reviewOf(user, attributes),
        timeoutMs: reviewTimeoutMs,
      });
      const review = reviewSchema.safeParse(answer.body);
      if ((answer.status !== 201 && answer.status !== 200) || !review.success) {
        options.onUnknown(`SubjectAccessReview was answered with ${answer.status}`);
        return 'unknown';
      }
      const { allowed, denied } = review.data.status;
      return allowed === true && denied !== true ? 'allowed' : 'denied';
    } catch (error) {
      options.onUnknown(`SubjectAccessReview failed: ${String(error)}`);
      return 'unknown';
    }
  };
}

function reviewOf(user: UserInfo, attributes: AccessAttributes): object {
  const { verb, group, resource, subresource, namespace, name } = attributes;
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: user.username,
      groups: user.groups,
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      ...(user.extra === undefined ? {} : { extra: user.extra }),
      resourceAttributes: {
        verb,
        group,
        // A version is no part of RBAC, but webhook authorizers get to see one, as for a real request.
        version: '*',
        resource,
        ...(subresource === undefined ? {} : { subresource }),
        namespace,
        name,
      },
    },
  };
}
