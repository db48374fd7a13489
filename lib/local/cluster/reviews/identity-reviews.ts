import type { UserInfo } from '../../../core/user-info.ts';
import { apiAudience } from '../auth/service-account-tokens.ts';
import { badRequest } from '../http/status-error.ts';
import { timestamp } from '../writes/timestamp.ts';
import { answerReview, readReview } from './read-review.ts';
import type { Review } from './review.ts';

/** Whose token is it. A token that nobody has is no error: the answer says so. */
export const tokenReview: Review = async (cluster, call, definition) => {
  const review = await readReview(cluster, call, definition);
  const { token = '', audiences = [] } = review['spec'] as { token?: string; audiences?: readonly string[] };
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const asked = audiences.length === 0 ? [apiAudience] : audiences;
  const found = cluster.authenticateToken(token, asked);
  if (found === undefined) {
    return answerReview(review, { user: {}, error: 'invalid bearer token' });
  }
  return answerReview(review, {
    authenticated: true,
    user: userFields(found.user),
    audiences: found.audiences,
  });
};

/** Who the caller is. */
export const selfSubjectReview: Review = async (cluster, call, definition) => {
  const review = await readReview(cluster, call, definition);
  return {
    kind: 'object',
    code: 201,
    object: {
      kind: review.kind,
      apiVersion: review.apiVersion,
      metadata: { creationTimestamp: timestamp(cluster.now()) },
      status: { userInfo: userFields(call.user) },
    },
  };
};

function userFields({ username, uid, groups, extra }: UserInfo): object {
  return {
    username,
    ...(uid === undefined ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined ? {} : { extra }),
  };
}
