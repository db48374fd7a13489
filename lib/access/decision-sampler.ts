import type { AccessAttributes } from '../core/access-attributes.ts';
import type { UserInfo } from '../core/user-info.ts';
import type { RbacSource } from './rbac-source.ts';
import type { ReviewAccess } from './review-access.ts';

/** Compares what the RBAC objects say with what the API server decides. */
export type DecisionSampler = {
  /** One decision that may be compared; most are let go. Never waits. */
  readonly offer: (user: UserInfo, attributes: AccessAttributes) => void;
  /** One decision that must be compared. */
  readonly compare: (user: UserInfo, attributes: AccessAttributes) => void;
  /** False for some time after they disagreed. */
  readonly trusts: () => boolean;
  /** Any member of a list. */
  readonly pick: <T>(list: readonly T[]) => T | undefined;
};

export type Disagreement = {
  readonly username: string;
  readonly attributes: AccessAttributes;
  /** What the API server says; the RBAC objects say the other. */
  readonly reviewed: 'allowed' | 'denied';
};

/** What the API server says where it says the other; nobody may know. */
type Comparison = Disagreement['reviewed'] | 'agreed' | 'unanswered';

/** Two comparisons a second at most, on top of the reviews that are needed anyway. */
const minSamplePauseMs = 500;
/** A watch is behind by this at most; what differs longer is no delay. */
const settleMs = 3_000;
/** Another authorizer (webhook, node, ABAC) does not go away; but a broken watch does. */
const distrustMs = 5 * 60_000;

/**
 * Where the API server has authorizers beside RBAC, its objects alone tell too little or too much. One confirmed
 * disagreement stops the evaluation for five minutes, so that reviews decide.
 * @param options.sleep resolves early when the process stops
 */
export function createDecisionSampler(options: {
  readonly rbac: RbacSource;
  readonly review: ReviewAccess;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onCompared: (agreed: boolean) => void;
  readonly onDisagreement: (disagreement: Disagreement) => void;
}): DecisionSampler {
  const { rbac, review, now } = options;
  let nextSampleAt = Number.NEGATIVE_INFINITY;
  let distrustUntil = Number.NEGATIVE_INFINITY;
  let comparing = false;

  async function compareOnce(user: UserInfo, attributes: AccessAttributes): Promise<Comparison> {
    const reviewed = await review(user, attributes);
    if (reviewed === 'unknown' || !rbac.isCurrent()) return 'unanswered';
    return rbac.index.allows(user, attributes) === (reviewed === 'allowed') ? 'agreed' : reviewed;
  }

  async function compareTwice(user: UserInfo, attributes: AccessAttributes): Promise<void> {
    let compared = await compareOnce(user, attributes);
    if (compared === 'allowed' || compared === 'denied') {
      await options.sleep(settleMs);
      compared = await compareOnce(user, attributes);
    }
    if (compared === 'unanswered') return;
    options.onCompared(compared === 'agreed');
    if (compared === 'agreed') return;
    distrustUntil = now() + distrustMs;
    options.onDisagreement({ username: user.username, attributes, reviewed: compared });
  }

  const compare: DecisionSampler['compare'] = (user, attributes) => {
    if (comparing) return;
    comparing = true;
    void compareTwice(user, attributes).finally(() => {
      comparing = false;
    });
  };

  return {
    compare,
    offer: (user, attributes) => {
      if (now() < nextSampleAt) return;
      nextSampleAt = now() + minSamplePauseMs;
      compare(user, attributes);
    },
    trusts: () => now() >= distrustUntil,
    pick: (list) => list[Math.floor(options.random() * list.length)],
  };
}
