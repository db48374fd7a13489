import { describe, expect, it } from 'vitest';
import type { KubernetesRequest } from '../core/kubernetes-request.ts';
import { createReviewAccess } from './review-access.ts';

const alice = { username: 'alice', groups: ['team-a'] };
const question = {
  verb: 'get',
  group: 'apps',
  resource: 'deployments',
  namespace: 'shop',
  name: 'x',
} as const;

function review(answer: () => { status: number; body: unknown }) {
  const requests: Parameters<KubernetesRequest>[0][] = [];
  const reasons: string[] = [];
  const reviewAccess = createReviewAccess({
    request: (request) => {
      requests.push(request);
      return Promise.resolve({ headers: {}, ...answer() });
    },
    onUnknown: (reason) => reasons.push(reason),
  });
  return { requests, reasons, reviewAccess };
}

describe('createReviewAccess()', () => {
  it('asks for the user with all groups', async () => {
    const { reviewAccess, requests } = review(() => ({ status: 201, body: { status: { allowed: true } } }));
    expect(await reviewAccess({ ...alice, uid: '7', extra: { a: ['b'] } }, question)).toBe('allowed');
    expect(requests[0]?.path).toBe('/apis/authorization.k8s.io/v1/subjectaccessreviews');
    expect(requests[0]?.body).toMatchObject({
      kind: 'SubjectAccessReview',
      spec: {
        user: 'alice',
        groups: ['team-a'],
        uid: '7',
        extra: { a: ['b'] },
        resourceAttributes: { ...question },
      },
    });
  });

  it.each([{}, { allowed: false }, { allowed: true, denied: true }])('takes %j for no', async (status) => {
    const { reviewAccess } = review(() => ({ status: 201, body: { status } }));
    expect(await reviewAccess(alice, question)).toBe('denied');
  });

  it.each([
    [403, { kind: 'Status' }],
    [500, 'oops'],
    [201, {}],
    [429, { status: { allowed: true } }],
  ])('knows nothing from a %d with %j, and says why', async (status, body) => {
    const { reviewAccess, reasons } = review(() => ({ status, body }));
    expect(await reviewAccess(alice, question)).toBe('unknown');
    expect(reasons).toEqual([`SubjectAccessReview was answered with ${status}`]);
  });

  it('knows nothing when no answer comes', async () => {
    const { reviewAccess, reasons } = review(() => {
      throw new Error('connection refused');
    });
    expect(await reviewAccess(alice, question)).toBe('unknown');
    expect(reasons).toHaveLength(1);
  });
});
