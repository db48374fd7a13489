import type { UserInfo } from '../../../core/user-info.ts';
import { badRequest, invalid as refuse } from '../http/status-error.ts';
import { authorize, type RbacIndex, rulesFor } from '../rbac.ts';
import type { AuthorizationAttributes } from '../rbac-rules.ts';
import { type FieldProblem, invalid } from '../validation/field-problem.ts';
import { answerReview, readReview } from './read-review.ts';
import type { Review } from './review.ts';

type ReviewSpec = {
  readonly user?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly resourceAttributes?: Readonly<Record<string, string>>;
  readonly nonResourceAttributes?: Readonly<Record<string, string>>;
};

/** May somebody do something: asked by those who may ask about others. */
export const subjectAccessReview: Review = async (cluster, call, definition) => {
  const review = await readReview(cluster, call, definition);
  const spec = review['spec'] as ReviewSpec;
  requireSpec(definition.group, [...attributeProblems(spec), ...subjectProblems(spec)]);
  return answerReview(review, decide(cluster.rbac.index, subjectOf(spec), spec));
};

/** The same inside one namespace. */
export const localSubjectAccessReview: Review = async (cluster, call, definition, { namespace }) => {
  const review = await readReview(cluster, call, definition, namespace);
  const spec = review['spec'] as ReviewSpec;
  const problems = [...attributeProblems(spec), ...subjectProblems(spec)];
  if (spec.nonResourceAttributes !== undefined) {
    problems.push(
      invalid('spec.nonResourceAttributes', spec.nonResourceAttributes, 'disallowed on this kind of request'),
    );
  }
  requireSpec(definition.group, problems);
  if ((spec.resourceAttributes?.['namespace'] ?? '') !== namespace) {
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
  }
  return answerReview(review, decide(cluster.rbac.index, subjectOf(spec), spec));
};

/** May the caller do something. */
export const selfSubjectAccessReview: Review = async (cluster, call, definition) => {
  const review = await readReview(cluster, call, definition);
  const spec = review['spec'] as ReviewSpec;
  requireSpec(definition.group, attributeProblems(spec));
  return answerReview(review, decide(cluster.rbac.index, call.user, spec));
};

/** Everything that the caller may do in a namespace, as far as RBAC says. */
export const selfSubjectRulesReview: Review = async (cluster, call, definition) => {
  const review = await readReview(cluster, call, definition);
  const { namespace = '' } = review['spec'] as { namespace?: string };
  if (namespace === '') throw badRequest('no namespace on request');
  const { resourceRules, nonResourceRules } = rulesFor(cluster.rbac.index, call.user, namespace);
  return {
    kind: 'object',
    code: 201,
    object: {
      kind: review.kind,
      apiVersion: review.apiVersion,
      metadata: {},
      spec: {},
      status: { resourceRules, nonResourceRules, incomplete: false },
    },
  };
};

function decide(index: RbacIndex, user: UserInfo, spec: ReviewSpec): object {
  const { allowed, reason } = authorize(index, user, attributesOf(spec));
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function subjectOf({ user = '', uid, groups = [], extra }: ReviewSpec): UserInfo {
  return {
    username: user,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
}

function attributesOf(spec: ReviewSpec): AuthorizationAttributes {
  const { resourceAttributes: wanted, nonResourceAttributes: url } = spec;
  if (wanted === undefined) {
    return { kind: 'url', verb: url?.['verb'] ?? '', path: url?.['path'] ?? '' };
  }
  return {
    kind: 'resource',
    verb: wanted['verb'] ?? '',
    group: wanted['group'] ?? '',
    resource: wanted['resource'] ?? '',
    subresource: wanted['subresource'] ?? '',
    namespace: wanted['namespace'] ?? '',
    name: wanted['name'] ?? '',
  };
}

function attributeProblems(spec: ReviewSpec): FieldProblem[] {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    return [
      invalid(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  }
  if (resourceAttributes !== undefined || nonResourceAttributes !== undefined) return [];
  return [
    invalid(
      'spec.resourceAttributes',
      null,
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ),
  ];
}

function subjectProblems({ user = '', groups = [] }: ReviewSpec): FieldProblem[] {
  if (user !== '' || groups.length > 0) return [];
  return [invalid('spec.user', '', 'at least one of user or group must be specified')];
}

function requireSpec(group: string, problems: readonly FieldProblem[]): void {
  // The server leaves the kind out of this refusal.
  if (problems.length > 0) throw refuse({ group, kind: '' }, '', problems);
}
