import type { Definition } from '../registry/definition.ts';
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
} from './access-reviews.ts';
import { selfSubjectReview, tokenReview } from './identity-reviews.ts';
import type { Review } from './review.ts';

const reviews: Readonly<Record<string, Review>> = {
  'authorization.k8s.io/subjectaccessreviews': subjectAccessReview,
  'authorization.k8s.io/localsubjectaccessreviews': localSubjectAccessReview,
  'authorization.k8s.io/selfsubjectaccessreviews': selfSubjectAccessReview,
  'authorization.k8s.io/selfsubjectrulesreviews': selfSubjectRulesReview,
  'authentication.k8s.io/tokenreviews': tokenReview,
  'authentication.k8s.io/selfsubjectreviews': selfSubjectReview,
};

/** The handler of a resource that is never stored, only answered. */
export function reviewOf(definition: Definition): Review | undefined {
  return reviews[`${definition.group}/${definition.resource}`];
}
