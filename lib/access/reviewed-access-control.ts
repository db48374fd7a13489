import type { AccessAttributes } from '../core/access-attributes.ts';
import { createConcurrencyLimit } from '../core/concurrency-limit.ts';
import { createTtlCache } from '../core/ttl-cache.ts';
import { type UserInfo, userKey } from '../core/user-info.ts';
import type { AccessAction, AccessControl, Candidates, Decision, NamedObject } from './access-control.ts';
import type { ReviewAccess } from './review-access.ts';

/** Shared by all users: 100 users with 500 namespaces and two questions each. */
const maxCachedDecisions = 100_000;
/** Reviews under way at a time: an API server takes about 1 ms of CPU for each. */
const maxConcurrentReviews = 32;
/** What nobody could answer is asked again after this, so that an outage is no storm of reviews. */
const unknownTtlMs = 500;

/**
 * Decides by asking the API server, with the widest question first, so that a user who may list everywhere
 * costs one review. Answers are kept for `ttlMs` by user, groups and question; callers with the same question
 * wait for one review. `forget` drops all answers.
 */
export function createReviewedAccessControl(options: {
  readonly review: ReviewAccess;
  readonly ttlMs: number;
  /** For refusals, where these may be over sooner; else `ttlMs`. */
  readonly deniedTtlMs?: number;
  readonly now: () => number;
}): AccessControl & { readonly forget: () => void } {
  const cache = createTtlCache<Decision>({ maxEntries: maxCachedDecisions, now: options.now });
  const underWay = new Map<string, Promise<Decision>>();
  const limit = createConcurrencyLimit(maxConcurrentReviews);
  const ttlMs: Readonly<Record<Decision, number>> = {
    allowed: options.ttlMs,
    denied: options.deniedTtlMs ?? options.ttlMs,
    unknown: unknownTtlMs,
  };

  const decideNow: AccessControl['decideNow'] = (user, attributes) => cache.get(keyOf(user, attributes));

  const decide: AccessControl['decide'] = (user, attributes) => {
    const key = keyOf(user, attributes);
    const cached = cache.get(key);
    if (cached !== undefined) return Promise.resolve(cached);
    const asked = underWay.get(key);
    if (asked !== undefined) return asked;
    const review: Promise<Decision> = limit(() => options.review(user, attributes))
      .then((decision) => {
        if (underWay.get(key) === review) {
          cache.set(key, decision, ttlMs[decision]);
        }
        return decision;
      })
      .finally(() => {
        if (underWay.get(key) === review) underWay.delete(key);
      });
    underWay.set(key, review);
    return review;
  };

  return {
    decide,
    decideNow,
    forget: () => {
      cache.clear();
      // What is under way may have been decided before whatever made the caller forget.
      underWay.clear();
    },
    findWhere: async (user, action, candidates) => {
      const everywhere = await decide(user, { ...action, namespace: '', name: '' });
      if (everywhere === 'unknown') return 'unknown';
      if (everywhere === 'allowed') return { kind: 'everywhere' };
      // About cluster-scoped objects, for which the empty namespace stands, that answer was final.
      const places = [...new Set(await candidates.namespaces())];
      const namespaces = await allowedOf(places, (namespace) =>
        namespace === ''
          ? Promise.resolve<Decision>('denied')
          : decide(user, { ...action, namespace, name: '' }),
      );
      if (namespaces === 'unknown') return 'unknown';
      const others = places.filter((namespace) => !namespaces.includes(namespace));
      const single = await singleObjects(candidates, others);
      const objects = await allowedOf(single, (object) =>
        decide(user, { ...action, ...requestOf(action, object) }),
      );
      return objects === 'unknown' ? 'unknown' : { kind: 'listed', namespaces, objects, names: [] };
    },
  };
}

async function singleObjects(
  { name, objects }: Candidates,
  namespaces: readonly string[],
): Promise<readonly NamedObject[]> {
  if (namespaces.length === 0) return [];
  if (name !== undefined) return namespaces.map((namespace) => ({ namespace, name }));
  return (await objects?.(namespaces)) ?? [];
}

/** Requests for one Namespace carry its own name as their namespace, so that a Role in it can allow them. */
function requestOf({ verb, group, resource }: AccessAction, { namespace, name }: NamedObject): NamedObject {
  const isNamespace = verb === 'get' && group === '' && resource === 'namespaces';
  return { namespace: isNamespace ? name : namespace, name };
}

async function allowedOf<T>(
  candidates: readonly T[],
  decide: (candidate: T) => Promise<Decision>,
): Promise<T[] | 'unknown'> {
  const decisions = await Promise.all(candidates.map(decide));
  if (decisions.includes('unknown')) return 'unknown';
  return candidates.filter((_, index) => decisions[index] === 'allowed');
}

/** Names of Kubernetes hold no line break, and user keys are JSON. */
function keyOf(user: UserInfo, attributes: AccessAttributes): string {
  const { verb, group, resource, subresource, namespace, name } = attributes;
  return `${userKey(user)}\n${verb}\n${group}\n${resource}\n${subresource ?? ''}\n${namespace}\n${name}`;
}
