import type { AccessAttributes } from '../core/access-attributes.ts';
import type { Where } from '../core/access-scope.ts';
import { namespaceObjectsWhere } from '../core/namespace-objects-where.ts';
import type { NamesAsked } from '../core/rbac/rbac-index.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { AccessAction, AccessControl, Candidates } from './access-control.ts';
import type { DecisionSampler } from './decision-sampler.ts';
import type { RbacSource } from './rbac-source.ts';

/**
 * Decides by the cluster's RBAC objects, in microseconds and without asking, as long as these are current and
 * the API server agrees with them. What they allow everywhere is confirmed by a review, because it shows most and
 * is rare; of the rest samples are compared (`sampler`). Otherwise, and as long as the sampler distrusts the
 * evaluation, everything is left to `reviewed`.
 */
export function createEvaluatedAccessControl(options: {
  readonly rbac: RbacSource;
  readonly reviewed: AccessControl;
  /** Reviews that stay good for longer, since a change of RBAC makes them void. */
  readonly confirmed: AccessControl & { readonly forget: () => void };
  readonly sampler: DecisionSampler;
}): AccessControl {
  const { rbac, reviewed, confirmed, sampler } = options;
  let confirmedAt = rbac.index.version();

  const evaluates = (): boolean => {
    if (!rbac.isCurrent() || !sampler.trusts()) return false;
    if (confirmedAt !== rbac.index.version()) {
      confirmed.forget();
      confirmedAt = rbac.index.version();
    }
    return true;
  };

  return {
    knowsNames: evaluates,
    decideNow: (user, attributes) => {
      if (!evaluates()) return reviewed.decideNow(user, attributes);
      if (!rbac.index.allows(user, attributes)) return 'denied';
      return isWide(attributes) ? confirmed.decideNow(user, attributes) : 'allowed';
    },
    decide: async (user, attributes) => {
      if (!evaluates()) return reviewed.decide(user, attributes);
      const allowed = rbac.index.allows(user, attributes);
      if (allowed && isWide(attributes)) {
        const decision = await confirmed.decide(user, attributes);
        if (decision === 'denied') sampler.compare(user, attributes);
        return decision;
      }
      sampler.offer(user, attributes);
      return allowed ? 'allowed' : 'denied';
    },
    findWhere: async (user, action, candidates) => {
      if (!evaluates()) return reviewed.findWhere(user, action, candidates);
      const where = namespaceObjectsWhere(
        action,
        rbac.index.findWhere(user, action, namesAsked(action, candidates)),
      );
      if (where.kind === 'everywhere') {
        const everywhere = { ...action, namespace: '', name: '' };
        const decision = await confirmed.decide(user, everywhere);
        if (decision === 'unknown') return 'unknown';
        if (decision === 'allowed') return where;
        sampler.compare(user, everywhere);
        return reviewed.findWhere(user, action, candidates);
      }
      offerSample(user, action, where);
      return where;
    },
  };

  /** One namespace that the user has, and whether there should be more. */
  function offerSample(
    user: UserInfo,
    action: AccessAction,
    where: Extract<Where, { kind: 'listed' }>,
  ): void {
    sampler.offer(user, { ...action, namespace: '', name: '' });
    const namespace = sampler.pick(where.namespaces);
    if (namespace !== undefined) sampler.offer(user, { ...action, namespace, name: '' });
  }
}

function isWide(attributes: AccessAttributes): boolean {
  return attributes.namespace === '' && attributes.name === '';
}

/** A list of everything is not allowed by a right to some names; single objects are. */
function namesAsked(action: AccessAction, { name }: Candidates): NamesAsked {
  if (name !== undefined) return { kind: 'one', name };
  return { kind: action.verb === 'get' ? 'any' : 'none' };
}
